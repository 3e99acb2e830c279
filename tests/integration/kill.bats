# Killed (as by kill -9) at any point of a pod's life, crimuxd leaks nothing, uses nothing half-made, and
# does what it is asked when it is asked again. The points are those of the source: see
# base/fault_point.h. Those of images are in images.bats. The VM runtime is all there is: no containerd.
load helpers

setup_file() {
  TestbedCreate
  MakeImage guest
  TestbedStartFileServer
  WriteEmulator
  TestbedWriteVmOnlyConfig "emulator: $TESTBED/emulator"
  TestbedStartCrimuxd
  Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
  mkdir -p "$TESTBED/volumes/data" "$TESTBED/pods/pod"
  head -c 1M /dev/urandom >"$TESTBED/volumes/tools.iso"
}
teardown_file() { StopTestbed; }
teardown() {
  unset CRIMUX_FAULT
  rm -f "$TESTBED/hold"
  RemovePodsAndCheck
  DetachLoops
}

# QEMU, which waits to become one as long as the file `hold` is there, and tells so by the file `held`.
WriteEmulator() {
  cat >"$TESTBED/emulator" <<END
#!/bin/sh
case "\$*" in *guest=*) while [ -e "$TESTBED/hold" ]; do : >"$TESTBED/held/\$\$"; sleep 0.1; done ;; esac
exec qemu-system-x86_64 "\$@"
END
  chmod 755 "$TESTBED/emulator"
  mkdir -m 777 "$TESTBED/held"
}

# RunSandbox [ANNOTATIONS]: sets $sandbox.
RunSandbox() {
  annotations=${1:-}
  answer=$(Cri RunPodSandbox "$(SandboxConfig pod "$annotations")") || { echo "$answer"; return 1; }
  sandbox=$(Field pod_sandbox_id <<<"$answer")
}

# CreateRequest ATTEMPT [TEXT]: for a container in $sandbox; the text stands in its config.
CreateRequest() {
  echo "pod_sandbox_id: \"$sandbox\"
    config {metadata {name: \"guest\" attempt: $1} image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}
      linux {resources {memory_limit_in_bytes: 201326592}} log_path: \"guest-$1.log\"
      mounts {host_path: \"$TESTBED/volumes\" container_path: \"/volumes\"} ${2:-}}
    sandbox_$(SandboxConfig pod "$annotations")"
}

# Prints its id.
Create() {
  Cri CreateContainer "$(CreateRequest "$@")" | Field container_id
}

# The one container's, or nothing.
Listed() {
  Cri ListContainers | Field id
}

# protobuf's text form leaves out what is 0: CREATED, and READY.
State() {
  local answer
  answer=$(Cri ContainerStatus "container_id: \"$1\"") || { echo "$answer"; return 1; }
  sed -n 's/^  state: //p; $s/.*/CONTAINER_CREATED/p' <<<"$answer" | head -n 1
}

Is() {
  [[ $(State "$1") == "$2" ]]
}

PodState() {
  local answer
  answer=$(Cri PodSandboxStatus "pod_sandbox_id: \"$sandbox\"") || { echo "$answer"; return 1; }
  sed -n 's/^  state: //p; $s/.*/SANDBOX_READY/p' <<<"$answer" | head -n 1
}

# What belongs to containers alone.
ContainerLeftovers() {
  TestbedLeftovers | grep -vE '^(namespace|link|address|CNI result|TPM): |dnsmasq|/vm/(sandboxes|disks)/' || true
}

NoContainerLeft() {
  [[ -z $(Listed) && -z $(ContainerLeftovers) ]]
}

# The names of the programs that a VM that runs has.
Programs() {
  Processes | awk '{sub(".*/", "", $2); print $2}' | grep -E '^(qemu-system|swtpm|virtiofsd)' | sort -u | xargs
}

# Nothing went wrong while crimuxd put things in order.
RecoveredWell() {
  run -1 grep -E 'recover .*:|removing machine' "$TESTBED/log/crimuxd"
}

@test "Every fault point of the source is walked through" {
  kinds=$(grep -rhoE --include='*.cc' 'FaultPoint\("[^."]+' "$REPOSITORY"/{base,daemon,proxy,vmruntime} |
    sed 's/.*"//' | sort -u)
  walked=$(grep -hoE '\(Points [a-z-]+' "$BATS_TEST_DIRNAME"/*.bats | sed 's/.* //' | sort -u)
  diff <(echo "$kinds") <(echo "$walked")
}

# RunSandboxAgain POINT [ANNOTATIONS]: crimuxd dies there while it makes the sandbox; all is as if it
# had lived, or nothing had been asked.
RunSandboxAgain() {
  echo "at $1"
  DiesAt "$1" RunSandbox "${2:-}"
  RecoveredWell
  if [[ -z $(Cri ListPodSandbox) ]]; then
    NothingLeft
    RunSandbox "${2:-}"
  fi
  sandbox=$(Cri ListPodSandbox | Field id)
  [[ $(PodState) == SANDBOX_READY && -n $(PodAddress pod) ]]
  RemoveAllPods
  NothingLeft
}

@test "Killed at any point of RunPodSandbox" {
  for point in $(Points run-pod); do RunSandboxAgain "$point"; done
}

@test "Killed at any point of RunPodSandbox with another binding" {
  for point in $(Points masquerade); do
    RunSandboxAgain "$point" "$(Annotation crimux.io/binding masquerade)"
  done
  for point in $(Points macvtap); do
    RunSandboxAgain "$point" "$(Annotation crimux.io/binding macvtap)"
  done
}

# A sandbox whose container has gone; its DHCP server stays.
RunSandboxWithServer() {
  local container
  RunSandbox "$(Annotation crimux.io/root-lifetime container)"
  container=$(Create 0)
  Cri StartContainer "container_id: \"$container\""
  Cri RemoveContainer "container_id: \"$container\""
  Processes | grep -q dnsmasq
}

@test "Killed at any point of StopPodSandbox" {
  for point in $(Points stop-pod); do
    echo "at $point"
    RunSandboxWithServer
    DiesAt "$point" Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
    RecoveredWell
    [[ $(PodState) == SANDBOX_NOTREADY ]]
    NothingLeft
    Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
    Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
    [[ -z $(Cri ListPodSandbox) ]]
  done
}

# All kinds of disks that a VM can have, and a TPM.
Everything() {
  RunSandbox "$(Annotation crimux.io/tpm true)
    $(Annotation crimux.io/root-lifetime "$1")
    $(Annotation crimux.io/disks '[{name: spare, size: 16Mi}]')
    $(Annotation crimux.io/cdroms '[{path: /volumes/tools.iso}]')"
}

# The container's disks are what they should be.
DisksAreWhole() {
  local disk
  [[ -z $(find "$TESTBED/vm" -name '*.new') ]]
  for disk in "$TESTBED"/vm/disks/*/*/disk-spare.qcow2; do qemu-img check "$disk"; done
  cmp "$TESTBED/vm/containers/$1/cdrom-0.iso" "$TESTBED/volumes/tools.iso"
  cmp -n "$(stat -c %s "$TESTBED/guest.raw")" -i 1048576:0 "$TESTBED/root" "$TESTBED/guest.raw"
}

@test "Killed at any point of CreateContainer" {
  qemu-img convert -O raw "$TESTBED/www/guest.qcow2" "$TESTBED/guest.raw"
  root=$(Loop root 48M)
  devices=$(Device "$root" / rwm)
  for point in $(Points create) $(Points create-disk) $(Points fill-root); do
    echo "at $point"
    dd if=/dev/zero of="$root" bs=1M count=1 conv=fsync status=none
    Everything pod
    DiesAt "$point" Cri CreateContainer "$(CreateRequest 0 "$devices")"
    RecoveredWell
    container=$(Listed)
    if [[ -z $container ]]; then
      NoContainerLeft || { ContainerLeftovers; false; }
      container=$(Create 0 "$devices")
    fi
    Is "$container" CONTAINER_CREATED
    sync "$TESTBED/root"
    DisksAreWhole "$container"
    RemoveAllPods
    NothingLeft
  done
}

@test "Killed at any point of StartContainer" {
  for point in $(Points start) emulator; do
    echo "at $point"
    RunSandbox "$(Annotation crimux.io/tpm true)"
    container=$(Create 0)
    if [[ $point == emulator ]]; then
      DiesInLibvirt "$container"
    else
      DiesAt "$point" Cri StartContainer "container_id: \"$container\""
    fi
    RecoveredWell
    if Is "$container" CONTAINER_EXITED; then
      [[ -z $(Programs) ]]
      Cri RemoveContainer "container_id: \"$container\""
      container=$(Create 1)
      Cri StartContainer "container_id: \"$container\""
    fi
    Is "$container" CONTAINER_RUNNING
    [[ $(Programs) == "qemu-system-x86_64 swtpm virtiofsd" ]]
    Processes | grep -q dnsmasq
    Cri RemoveContainer "container_id: \"$container\""
    NoContainerLeft || { ContainerLeftovers; false; }
    RemoveAllPods
    NothingLeft
  done
}

# Killed while libvirt starts the VM: QEMU's process is there, and is no QEMU yet.
DiesInLibvirt() {
  local start
  touch "$TESTBED/hold"
  Cri StartContainer "container_id: \"$1\"" 3>&- &
  start=$!
  WaitUntil 20 "QEMU to be held" compgen -G "$TESTBED/held/*"
  TestbedStop crimuxd KILL
  if wait "$start"; then return 1; fi
  rm "$TESTBED/hold"
  TestbedStartCrimuxd
}

# StopContainer answers once the end is on record, which is before the last points: whether crimuxd
# lived long enough to answer says nothing.
StopOrDie() {
  Cri StopContainer "container_id: \"$1\" timeout: 1" || true
  return 1
}

@test "Killed at any point of StopContainer" {
  attempt=0
  RunSandbox
  for point in $(Points stop); do
    echo "at $point"
    container=$(Create $((attempt++)))
    Cri StartContainer "container_id: \"$container\""
    DiesAt "$point" StopOrDie "$container"
    RecoveredWell
    Cri StopContainer "container_id: \"$container\" timeout: 0"
    Is "$container" CONTAINER_EXITED
    [[ -z $(Programs) ]]
    Cri RemoveContainer "container_id: \"$container\""
    NoContainerLeft || { ContainerLeftovers; false; }
  done
}

@test "Killed at any point of RemoveContainer" {
  attempt=0
  Everything container
  for point in $(Points remove); do
    echo "at $point"
    container=$(Create $((attempt++)))
    DiesAt "$point" Cri RemoveContainer "container_id: \"$container\""
    RecoveredWell
    NoContainerLeft || { ContainerLeftovers; false; }
    [[ -z $(ls "$TESTBED/vm/libvirt/lib/swtpm") ]]
    Cri RemoveContainer "container_id: \"$container\""
  done
}

@test "Killed at any point of RemovePodSandbox" {
  root=$(Loop root 48M)
  for point in $(Points remove-pod); do
    echo "at $point"
    # The TPM is all that is kept of it.
    RunSandbox "$(Annotation crimux.io/tpm true)"
    Create 0 "$(Device "$root" / rwm)"
    DiesAt "$point" Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
    RecoveredWell
    NoContainerLeft || { ContainerLeftovers; false; }
    Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
    [[ -z $(Cri ListPodSandbox) ]]
    NothingLeft
  done
}
