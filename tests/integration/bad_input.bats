# What is wrong ends in one clear error with the right code, and leaves nothing behind.
load helpers

setup_file() {
  export CNI_BIN_DIR="$BATS_FILE_TMPDIR, /usr/lib/cni"
  MakeFailingPlugin "$BATS_FILE_TMPDIR/failing"
  StartTestbed guest
  MakeBadImages
}
teardown_file() { StopTestbed; }
teardown() { RestoreNetwork; RemovePodsAndCheck; }

MakeBadImages() {
  echo '<html>not a disk</html>' >"$TESTBED/www/page.html"
  qemu-img create -q -f qcow2 -b "$TESTBED/www/guest.qcow2" -F qcow2 "$TESTBED/www/backed.qcow2"
}

# A CNI plugin whose ADD fails and whose DEL does not; both are noted.
MakeFailingPlugin() {
  cat >"$1" <<'END'
#!/bin/sh
cat >/dev/null
echo "$CNI_COMMAND" >>"$TESTBED/cni/calls"
[ "$CNI_COMMAND" = DEL ] && exit 0
echo '{"cniVersion": "0.4.0", "code": 100, "msg": "out of luck"}'
exit 1
END
  chmod +x "$1"
}

RestoreNetwork() {
  [[ ! -d $TESTBED/cni/aside ]] || { rm -rf "$TESTBED/cni/conf"; mv "$TESTBED"/cni/{aside,conf}; }
}

Pull() {
  Cri PullImage "image {image: \"$1\"}"
}

# RefusesImage CODE: WORDS NAME: the pull fails so, and nothing of it is stored.
RefusesImage() {
  before=$(find "$TESTBED/vm" -type f -size +64k | sort)
  run Pull "$2"
  [[ $status == 1 ]]
  Contains "$output" "^$1"
  [[ -z $(Cri ImageStatus "image {image: \"$2\"}") ]]
  [[ $(find "$TESTBED/vm" -type f -size +64k | sort) == "$before" ]]
}

@test "An image that is not there: NOT_FOUND" {
  RefusesImage 'NOT_FOUND: .*404' "$VM_IMAGE_PREFIX/none.qcow2"
}

@test "An image that may not be read: PERMISSION_DENIED" {
  RefusesImage 'PERMISSION_DENIED: .*403' "$VM_IMAGE_PREFIX/status/403"
}

@test "A server that fails: UNAVAILABLE" {
  RefusesImage 'UNAVAILABLE: .*503' "$VM_IMAGE_PREFIX/status/503"
}

@test "An image that breaks off: UNAVAILABLE" {
  RefusesImage 'UNAVAILABLE: ' "$VM_IMAGE_PREFIX/broken/guest.qcow2"
}

@test "An image server that is not there: UNAVAILABLE" {
  RefusesImage 'UNAVAILABLE: ' vm.crimux.io/http/127.0.0.1__3a1/guest.qcow2
}

@test "What is not a disk image: FAILED_PRECONDITION" {
  RefusesImage 'FAILED_PRECONDITION: ' "$VM_IMAGE_PREFIX/page.html"
}

@test "A disk image with a backing file: FAILED_PRECONDITION" {
  RefusesImage 'FAILED_PRECONDITION: .*backing' "$VM_IMAGE_PREFIX/backed.qcow2"
}

@test "A digest that is not the image's: FAILED_PRECONDITION" {
  digest=$(printf '0%.0s' {1..64})
  RefusesImage 'FAILED_PRECONDITION: .*(digest|sha256)' "$VM_IMAGE_PREFIX/guest.qcow2@sha256:$digest"
}

@test "The right digest is accepted" {
  digest=$(sha256sum "$TESTBED/www/guest.qcow2" | cut -d ' ' -f 1)
  Contains "$(Pull "$VM_IMAGE_PREFIX/guest.qcow2@sha256:$digest")" "image_ref: \"sha256:$digest\""
}

@test "A malformed image name: INVALID_ARGUMENT" {
  RefusesImage 'INVALID_ARGUMENT: ' 'vm.crimux.io/http/'
}

@test "A pull whose caller does not wait: DEADLINE_EXCEEDED, and the next one joins it" {
  CRI_TIMEOUT=900m run Pull "$VM_IMAGE_PREFIX/slow/guest.qcow2"
  [[ $status == 1 ]]
  Contains "$output" '^DEADLINE_EXCEEDED'
  Contains "$(Pull "$VM_IMAGE_PREFIX/slow/guest.qcow2")" 'image_ref: "sha256:'
  [[ $(grep -c 'fetching .*/slow/guest.qcow2$' "$TESTBED/log/crimuxd") == 1 ]]
}

@test "An annotation that names no runtime: refused, with the name" {
  TARGET_RUNTIME=nonesuch Refuses 'INVALID_ARGUMENT: .*nonesuch' \
    RunPodSandbox "$(TARGET_RUNTIME=nonesuch SandboxConfig lost)"
  CRI_SOCKET=$CONTAINERD_SOCKET run Cri ListPodSandbox
  [[ -z $output ]]
}

@test "A RuntimeClass that nobody knows is refused" {
  run Cri RunPodSandbox "$(SandboxConfig lost) runtime_handler: \"nonesuch\""
  [[ $status == 1 ]]
  Contains "$output" nonesuch
}

@test "A VM pod that asks for the host's network: INVALID_ARGUMENT" {
  Refuses 'INVALID_ARGUMENT: .*host' RunPodSandbox "$(SandboxConfig hosty | sed \
    's/  linux {/&security_context {namespace_options {network: NODE}} /')"
}

@test "A container of an image that was not pulled: NOT_FOUND" {
  run Cri RunPodSandbox "$(SandboxConfig early)"
  id=$(Field pod_sandbox_id <<<"$output")
  Refuses 'NOT_FOUND: ' CreateContainer "pod_sandbox_id: \"$id\"
    config {metadata {name: \"guest\"} image {image: \"$VM_IMAGE_PREFIX/never.qcow2\"}
      log_path: \"guest.log\"}
    sandbox_$(SandboxConfig early)"
}

@test "A CNI plugin that fails halfway: INTERNAL with its words, and DEL undoes the first" {
  cp -r "$TESTBED/cni/conf" "$TESTBED/cni/aside"
  jq '.plugins += [{"type": "failing"}]' "$TESTBED/cni/aside/10-crimux.conflist" \
    >"$TESTBED/cni/conf/10-crimux.conflist"
  Refuses 'INTERNAL: .*out of luck' RunPodSandbox "$(SandboxConfig half)"
  [[ -z $(SandboxId half) ]]
  # The whole list, last first.
  [[ $(cat "$TESTBED/cni/calls") == $'ADD\nDEL' ]]
  NothingLeft
}

@test "Without a CNI configuration NetworkReady is false, with the reason; VM pods: UNAVAILABLE" {
  mv "$TESTBED"/cni/{conf,aside}
  mkdir "$TESTBED/cni/conf"
  status_text=$(Cri Status | tr -d '\n')
  Contains "$status_text" 'type: "NetworkReady" *reason: "[A-Za-z]+" *message: "[^"]+'
  Refuses 'UNAVAILABLE: ' RunPodSandbox "$(SandboxConfig lonely)"
}
