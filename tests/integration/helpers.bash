# What the integration tests share. Each file has its own testbed, for all of its tests; after each
# test all pods are removed, and nothing may be left of them.

bats_require_minimum_version 1.5.0
REPOSITORY=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
source "$REPOSITORY/scripts/testbed.sh"

# setup_file: a testbed with everything running, and the disk images named (see MakeImage).
StartTestbed() {
  TestbedCreate
  TestbedStartContainerd
  local image
  for image in "$@"; do MakeImage "$image"; done
  TestbedStartFileServer
  TestbedWriteConfig
  TestbedStartCrimuxd
}

# A disk image on the file server: guest, counter (ticks), deaf (ticks, ignores ACPI), guest6 (DHCPv6,
# too), full (a kernel that knows real hardware), signed (boots by UEFI, also with Secure Boot).
MakeImage() {
  local options=()
  case $1 in
    counter) options=(--counter) ;;
    deaf) options=(--counter --deaf) ;;
    guest6) options=(--ipv6) ;;
    full) options=(--full-kernel) ;;
    signed) options=(--secure-boot) ;;
  esac
  "$REPOSITORY/scripts/guest-image" "$TESTBED/www/$1.qcow2" "${options[@]}"
}

# teardown_file
StopTestbed() {
  TestbedDestroy
}

# teardown: also fails a test that has passed, when something is left.
RemovePodsAndCheck() {
  if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
    echo "# last lines of crimuxd's log:"
    tail -n 30 "$TESTBED/log/crimuxd"
  fi
  IsRunning crimuxd || TestbedStartCrimuxd
  RemoveAllPods
  NothingLeft
}

# What ends by itself (a shim, a namespace that is unmounted lazily) gets a few seconds.
NothingLeft() {
  WaitUntil 10 "nothing to be left" HasNoLeftovers || { TestbedLeftovers; false; }
}

HasNoLeftovers() {
  [[ -z $(TestbedLeftovers) ]]
}

# VmPod NAME IMAGE [LINE...]: prints the manifest; more lines stand below `spec`.
VmPod() {
  local name=$1 image=$2
  shift 2
  cat <<END
apiVersion: v1
kind: Pod
metadata:
  name: $name
  annotations:
    kubernetes.io/target-runtime: ${TARGET_RUNTIME:-vm}
spec:
  terminationGracePeriodSeconds: ${GRACE:-20}
$(for line in "$@"; do printf '  %s\n' "$line"; done)
  containers:
    - name: guest
      image: $image
      imagePullPolicy: IfNotPresent
      resources: {limits: {memory: 192Mi}}
END
}

# ContainerPod NAME SHELL-COMMAND
ContainerPod() {
  cat <<END
apiVersion: v1
kind: Pod
metadata:
  name: $1
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: $BUSYBOX_IMAGE
      imagePullPolicy: IfNotPresent
      command: [sh, -c, '$2']
END
}

# RunPod < MANIFEST
RunPod() {
  local file
  file=$(mktemp "$TESTBED/pods/XXXXXX.yaml")
  cat >"$file"
  Crimuxctl run -f "$file"
}

# Starts a VM pod of an image on the file server and waits until its guest has an address.
# StartVm NAME IMAGE [LINE...]
StartVm() {
  local name=$1 image=$2
  shift 2
  VmPod "$name" "$VM_IMAGE_PREFIX/$image.qcow2" "$@" | RunPod
  WaitUntil 90 "the guest of $name" LogHas "$name" 'ready, address'
}

# setup_file: a disk image whose guest lets in a key that the testbed has, for SshVm.
MakeSshImage() {
  mkdir -p "$TESTBED/keys"
  ssh-keygen -q -t ed25519 -N '' -f "$TESTBED/keys/id"
  chmod 0755 "$TESTBED/keys"
  "$REPOSITORY/scripts/guest-image" "$TESTBED/www/guest.qcow2" --ssh-key "$TESTBED/keys/id.pub"
}

# setup_file: everything running, with that image.
StartSshTestbed() {
  TestbedCreate
  MakeSshImage
  TestbedStartContainerd
  TestbedStartFileServer
  TestbedWriteConfig
  TestbedStartCrimuxd
}

# A VM pod whose guest lets in the key that it mounts. SshVm NAME
SshVm() {
  VmPod "$1" "$VM_IMAGE_PREFIX/guest.qcow2" 'volumes:' \
    "  - {name: keys, hostPath: {path: $TESTBED/keys}}" |
    sed 's|^  annotations:|&\n    crimux.io/ssh-key: /keys/id\n    crimux.io/cloud-init: none|'
  cat <<'END'
      volumeMounts:
        - {name: keys, mountPath: /keys, readOnly: true}
END
}

StartSshVm() {
  SshVm "$1" | RunPod
  WaitUntil 90 "the guest of $1" LogHas "$1" 'ready, address'
}

LogFile() {
  Cri ContainerStatus "container_id: \"$(ContainerId "$1")\"" | Field log_path
}

# A line of the pod's log matches.
LogHas() {
  grep -Eq "$2" "$(LogFile "$1")"
}

# What a VM's container log says, without times and tags. Whole lines only.
LogText() {
  sed -n 's/^[^ ]* std[a-z]* F //p' "$(LogFile "$1")"
}

# The numbers that the guest has counted so far, as the log has them.
Ticks() {
  LogText "$1" | tr -d '\r' | sed -n 's/^.*tick \([0-9]*\)$/\1/p'
}

HasTicks() {
  [[ $(Ticks "$1" | wc -l) -ge $2 ]]
}

# 1, 2, 3, ...: every number exactly once.
TicksAreComplete() {
  local ticks
  ticks=$(Ticks "$1")
  [[ -n $ticks && $ticks == "$(seq "$(wc -l <<<"$ticks")")" ]] ||
    { echo "ticks of $1:" $ticks; return 1; }
}

# Fails CODE: MESSAGE-REGEX COMMAND...: the CRI call fails in this way.
Refuses() {
  local expected=$1
  shift
  run Cri "$@"
  [[ $status == 1 ]] && Contains "$output" "^$expected"
}

# The config of a sandbox with the VM runtime's annotation. SandboxConfig NAME [TEXT]
SandboxConfig() {
  cat <<END
config {
  metadata {name: "$1" uid: "$1-uid" namespace: "default"}
  hostname: "$1"
  log_directory: "$TESTBED/pods/$1"
  labels {key: "io.kubernetes.pod.name" value: "$1"}
  annotations {key: "kubernetes.io/target-runtime" value: "${TARGET_RUNTIME:-vm}"}
  linux {cgroup_parent: "/$BRIDGE"}
  ${2:-}
}
END
}

Answers() {
  curl -fs --max-time 5 "http://$1/"
}

# Fails with what was there, for tests to read better.
Contains() {
  grep -Eq -- "$2" <<<"$1" || { printf 'no "%s" in:\n%s\n' "$2" "$1"; return 1; }
}

# Ssh ADDRESS COMMAND...: in a guest, as root.
Ssh() {
  local address=$1
  shift
  ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ConnectTimeout=10 "root@$address" "$@" </dev/null
}

# HasState POD STATE: of its container.
HasState() {
  [[ $(ContainerState "$1") == "$2" ]]
}

# crictl on $CRIMUX_SOCKET (or $CRI_SOCKET); $CRICTL is its path.
Crictl() {
  : >>"$TESTBED/crictl.yaml"
  InTestbedNet "$CRICTL" --config "$TESTBED/crictl.yaml" --timeout 120s \
    --runtime-endpoint "unix://${CRI_SOCKET:-$CRIMUX_SOCKET}" \
    --image-endpoint "unix://${CRI_SOCKET:-$CRIMUX_SOCKET}" "$@"
}

Annotation() {
  printf 'annotations {key: "%s" value: "%s"}\n' "$1" "$2"
}

# Device HOST-PATH CONTAINER-PATH PERMISSIONS
Device() {
  printf 'devices {host_path: "%s" container_path: "%s" permissions: "%s"}\n' "$@"
}

# ExecSync POD TIMEOUT WORD...
ExecSync() {
  local request
  request="container_id: \"$(ContainerId "$1")\" timeout: $2"
  shift 2
  local word
  for word in "$@"; do request+=" cmd: $(jq -n --arg word "$word" '$word')"; done
  Cri ExecSync "$request"
}

# Loop NAME SIZE: a block device over a new file; prints its path.
Loop() {
  truncate -s "$2" "$TESTBED/$1"
  losetup --find --show "$TESTBED/$1"
}

DetachLoops() {
  local device
  for device in $(losetup -n -O NAME,BACK-FILE | awk -v base="$TESTBED/" 'index($2, base) {print $1}'); do
    losetup -d "$device"
  done
}

# Points KIND: the fault points of a kind that the source has.
Points() {
  grep -rhoE --include='*.cc' "FaultPoint\(\"$1\.[^\"]+" "$REPOSITORY"/{base,daemon,proxy,vmruntime} |
    sed 's/.*"//' | sort -u
}

# DiesAt POINT COMMAND...: starts crimuxd so that it dies at the point, and runs the command, which
# fails; then starts crimuxd as usual.
DiesAt() {
  TestbedStop crimuxd
  CRIMUX_FAULT=$1 TestbedStartCrimuxd
  run "${@:2}"
  [[ $status != 0 ]] || { echo "$output"; return 1; }
  WaitUntil 20 "crimuxd to die at $1" IsDown crimuxd
  grep -q "dying at $1," "$TESTBED/log/crimuxd"
  TestbedStartCrimuxd
}
