# Where disk images come from, what becomes of them, and what a crash leaves of a pull. The VM runtime
# is all there is: no containerd.
load helpers

# Of the one user of the registry.
readonly SECRET=s3cret-Pass

setup_file() {
  TestbedCreate
  MakeImage guest
  TestbedStartFileServer
  TestbedWriteVmOnlyConfig
  echo 'jo:$2b$04$WHLUF6c0.qyt8qbP22PHmuntV9PG5zzjPdPdZ3b1qLVjgf7q6sGzS' >"$TESTBED/users"
  REGISTRY_USERS=$TESTBED/users TestbedStartRegistry
  OCI_PREFIX=vm.crimux.io/oci-http/${REGISTRY/:/__3a}
  export OCI_PREFIX
  TestbedStartCrimuxd
}
teardown_file() { StopTestbed; }
teardown() {
  unset CRIMUX_FAULT
  RemovePodsAndCheck
  for id in $(Cri ListImages | Field id); do Remove "$id"; done
}

# ContainerDisk FILE REPOSITORY:TAG: pushes the file as a disk in a container image.
ContainerDisk() {
  local layout=$TESTBED/layout
  rm -rf "$layout"
  umoci init --layout "$layout"
  umoci new --image "$layout:1"
  umoci insert --image "$layout:1" "$1" "/disk/$(basename "$1")"
  PushImage "$layout:1" "$2" --dest-creds "jo:$SECRET"
}

# Pull NAME [AUTH]: prints the reference.
Pull() {
  local answer
  answer=$(Cri PullImage "image {image: \"$1\"} ${2:+auth {$2\}}") || { echo "$answer"; return 1; }
  Field image_ref <<<"$answer"
}

Remove() {
  Cri RemoveImage "image {image: \"$1\"}"
}

ByUser() {
  Pull "$1" "username: \"jo\" password: \"${2:-$SECRET}\""
}

# Files of images, without the folder tmp.
ImageFiles() {
  find "$TESTBED/vm/images" -mindepth 1 ! -path "$TESTBED/vm/images/tmp" | sort
}

# The files of the image with an id, and nothing else, are there, and have the bytes that it says.
OnlyImage() {
  local file=$TESTBED/vm/images/${1#sha256:}
  [[ $(ImageFiles) == "$(printf '%s\n' "$file.img" "$file.json")" ]] || { ImageFiles; return 1; }
  [[ sha256:$(sha256sum <"$file.img" | cut -d ' ' -f 1) == "$1" ]]
}

UsedBytes() {
  Cri ImageFsInfo | sed -n '/^image_filesystems/,/^}/p' | grep -A1 used_bytes | sed -n 's/^ *value: //p'
}

@test "A compressed vmdk under two names is one image, found by digest, counted, and removed" {
  qemu-img convert -O vmdk -o subformat=streamOptimized "$TESTBED"/www/{guest.qcow2,guest.vmdk}
  xz -0 -k "$TESTBED/www/guest.vmdk"
  source=sha256:$(sha256sum <"$TESTBED/www/guest.vmdk.xz" | cut -d ' ' -f 1)
  empty=$(UsedBytes)
  id=$(Pull "$VM_IMAGE_PREFIX/guest.vmdk.xz:v1")
  [[ $(Pull "$VM_IMAGE_PREFIX/guest.vmdk") == "$id" ]]
  [[ $(Pull "$VM_IMAGE_PREFIX/guest.vmdk.xz@$source") == "$id" ]]
  OnlyImage "$id"
  [[ $(qemu-img compare "$TESTBED/www/guest.qcow2" "$TESTBED/vm/images/${id#sha256:}.img") == *identical* ]]
  image=$(Cri ImageStatus "image {image: \"$VM_IMAGE_PREFIX/guest.vmdk.xz@$source\"}")
  Contains "$image" "repo_tags: \"$VM_IMAGE_PREFIX/guest.vmdk.xz:v1\""
  Contains "$image" "repo_tags: \"$VM_IMAGE_PREFIX/guest.vmdk:latest\""
  Contains "$image" "repo_digests: \"$VM_IMAGE_PREFIX/guest.vmdk.xz@$source\""
  size=$(du -B1 "$TESTBED/vm/images/${id#sha256:}.img" | cut -f 1)
  ((size > 1000000 && $(UsedBytes) >= empty + size && $(UsedBytes) < empty + size + 100000))
  Remove "$VM_IMAGE_PREFIX/guest.vmdk"
  [[ -z $(ImageFiles) && $(UsedBytes) == "$empty" ]]
  rm "$TESTBED"/www/guest.vmdk*
}

@test "A disk in a registry's image boots, for those with its pull secret alone, which is shown nowhere" {
  ContainerDisk "$TESTBED/www/guest.qcow2" fw/guest:v1
  image=$OCI_PREFIX/fw/guest:v1
  for auth in '' 'username: "jo" password: "wr0ng-Pass"' \
    "username: \"jo\" password: \"$SECRET\" server_address: \"other.example.com\""; do
    run Pull "$image" "$auth"
    Contains "$output" '^PERMISSION_DENIED: .*401'
    [[ -z $(ImageFiles) ]]
  done
  run Pull "$image" 'auth: "no base64"'
  Contains "$output" '^INVALID_ARGUMENT: '
  ref=$(Pull "$image" "auth: \"$(printf 'jo:%s' "$SECRET" | base64)\" server_address: \"http://$REGISTRY\"")
  OnlyImage "$ref"
  cmp "$TESTBED/www/guest.qcow2" "$TESTBED/vm/images/${ref#sha256:}.img"
  VmPod web "$image" | RunPod
  WaitUntil 90 "the guest" LogHas web 'ready, address'
  run Remove "$image"
  Contains "$output" '^FAILED_PRECONDITION: '
  run -1 grep -rlE '[ts]3cret|wr0ng' "$TESTBED/vm" "$TESTBED/log/crimuxd"
}

@test "crictl pull --creds brings a disk out of a registry" {
  crictl=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || skip "skipped: no Go"
  ContainerDisk "$TESTBED/www/guest.qcow2" fw/guest:v2
  endpoint=unix://$CRIMUX_SOCKET
  : >"$TESTBED/crictl.yaml"
  "$crictl" --config "$TESTBED/crictl.yaml" -r "$endpoint" -i "$endpoint" --timeout 60s \
    pull --creds "jo:$SECRET" "$OCI_PREFIX/fw/guest:v2"
  Contains "$(Cri ListImages)" "repo_tags: \"$OCI_PREFIX/fw/guest:v2\""
}

@test "A pull under way is told of by phase, bytes and rate, until it ends" {
  Pull "$VM_IMAGE_PREFIX/slow/guest.qcow2" >"$TESTBED/pulled" 3>&- &
  WaitUntil 30 "bytes" HasPulled '.pulls[0].bytes > 0'
  HasPulled '.pulls[0] | .phase == "fetching" and .totalBytes > .bytes and .ageSeconds >= 0'
  Contains "$(Crimuxctl images)" "^$VM_IMAGE_PREFIX/slow/guest.qcow2 .*fetching .*iB of .*%"
  run timeout 3 "$CRIMUX_BIN/crimuxctl" images --watch --json --socket "$STATUS_SOCKET"
  [[ $status == 124 && $(jq -s length <<<"$output") -ge 2 ]]
  wait $!
  WaitUntil 30 "its end" HasPulled '.pulls == [] and .images[0].format == "qcow2"'
  Contains "$(Crimuxctl images)" "^$VM_IMAGE_PREFIX/slow/guest.qcow2:latest +$(cut -c 1-19 "$TESTBED/pulled") "
}

HasPulled() {
  Crimuxctl images -o json | jq -e "$1"
}

@test "Hostile image names reach neither a path nor a shell nor an XML" {
  before=$(find "$TESTBED" -newer "$TESTBED/crimux.yaml" -path '*evil*')
  long=$(printf 'a%.0s' {1..3000})
  for name in '../../evil' '/evil' 'file/../../evil' 'file/0__2e__2e/evil' 'h.io/a\" evil=\"' \
    "h.io/'; touch $TESTBED/evil; '" 'h.io/$(touch evil)' 'h.io/`evil`' 'h.io/a\nevil' 'h.io/a\000evil' \
    'h.io/<evil/>' 'h.io/a__0aevil' 'h.io/a__00' 'h.io/a:../evil' 'h.io/a@sha256:../evil' '-evil/a' \
    'oci/h.io/../evil' 'oci/h.io/a__2f..__2fevil' "h.io/$long" 'h.io/%2e%2e/evil' ' ' 'h.io/\303\244'; do
    run Pull "$name"
    Contains "$output" '^INVALID_ARGUMENT: '
    # Nor do other calls take them for more than a name.
    [[ -z $(Cri ImageStatus "image {image: \"$name\"}") ]]
    Remove "$name"
  done
  run Pull "file/etc/shadow"
  Contains "$output" '^PERMISSION_DENIED: '
  [[ -z $(ImageFiles) ]]
  [[ $(find "$TESTBED" -newer "$TESTBED/crimux.yaml" -path '*evil*') == "$before" ]]
}

@test "Killed at any point of a pull, crimuxd leaks nothing, uses nothing half-made, and pulls again" {
  # A disk for which everything has to be done that a pull does.
  truncate -s 2M "$TESTBED/small.raw"
  printf '\125\252' | dd of="$TESTBED/small.raw" bs=1 seek=510 conv=notrunc status=none
  qemu-img convert -f raw -O vmdk "$TESTBED"/small.{raw,vmdk}
  xz -0 -f "$TESTBED/small.vmdk"
  ContainerDisk "$TESTBED/small.vmdk.xz" small:v1
  for point in $(Points pull); do
    echo "at $point"
    DiesAt "$point" ByUser "$OCI_PREFIX/small:v1"
    ref=$(Cri ListImages | Field id)
    [[ -n $ref ]] && OnlyImage "$ref" || [[ -z $ref && -z $(ImageFiles) ]]
    ref=$(ByUser "$OCI_PREFIX/small:v1") || { echo "$ref"; false; }
    OnlyImage "$ref"
    Remove "$ref"
    [[ -z $(ImageFiles) ]]
  done
}

@test "Killed while it removes an image, crimuxd has removed it when it is back" {
  ref=$(Pull "$VM_IMAGE_PREFIX/guest.qcow2")
  for point in $(Points remove-image); do
    DiesAt "$point" Remove "$ref"
    [[ -z $(ImageFiles) && -z $(Cri ListImages) ]]
    [[ $(Pull "$VM_IMAGE_PREFIX/guest.qcow2") == "$ref" ]]
  done
}
