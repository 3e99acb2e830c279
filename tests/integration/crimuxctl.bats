# What crimuxctl tells of a crimuxd at work: each command says what the other ends know.
load helpers

setup_file() { StartTestbed; }
teardown_file() { StopTestbed; }
teardown() { StartContainerdAgain; RemovePodsAndCheck; }

StartContainerdAgain() {
  IsRunning containerd || TestbedRestartContainerd
}

RuntimeIs() {
  Crimuxctl runtimes --json | jq -e --arg name "$1" --arg state "$2" \
    '.runtimes[] | select(.name == $name) | .state == $state'
}

InFlight() {
  Crimuxctl calls --json | jq -e --arg method "$1" '.inFlight | any(.method == $method)'
}

Metric() {
  Crimuxctl metrics | awk -v name="$1" '$1 == name {print $2}'
}

# Exec POD SHELL-COMMAND
Exec() {
  Cri ExecSync \
    "container_id: \"$(ContainerId "$1")\" cmd: \"sh\" cmd: \"-c\" cmd: \"$2\" timeout: 60"
}

# A root for doctor: this machine's programs and the testbed's files, but a kubelet with these flags,
# and no devices.
FakeRoot() {
  local root=$TESTBED/root
  mkdir -p "$root/proc/12" "$root/tmp"
  ln -sfn /usr "$root/usr"
  ln -sfn /etc "$root/etc"
  printf '%s\0' kubelet "$@" >"$root/proc/12/cmdline"
  ln -sfn "$TESTBED" "$root$TESTBED"
  echo "$root"
}

Doctor() {
  Crimuxctl doctor --config "$TESTBED/crimux.yaml" "$@"
}

@test "status and runtimes tell that both runtimes are up, and their versions" {
  WaitUntil 20 "containerd to be up" RuntimeIs containerd up
  Contains "$(Crimuxctl runtimes)" '^containerd +up +yes .* containerd 1\.'
  Contains "$(Crimuxctl status)" '^vm +up '
  Crimuxctl status -o json | jq -e '.routes | length == 3'
}

@test "owners tells whose a pod and its container are, as containerd itself does" {
  ContainerPod box 'exec sleep 1000' | RunPod
  local id
  id=$(CRI_SOCKET=$CONTAINERD_SOCKET Cri ListPodSandbox | Field id)
  Contains "$(Crimuxctl owners)" "^sandbox +$id +containerd$"
  Contains "$(Crimuxctl owners "${id:0:12}")" "$id"
  run Crimuxctl owners 0000nobody
  [[ $status == 1 ]]
  Contains "$output" '0000nobody'
}

@test "calls tells of a call in flight, and of one that failed" {
  ContainerPod box 'exec sleep 1000' | RunPod
  # It ends when it is told to, however slow the machine is.
  Exec box 'until [ -e /tmp/go ]; do sleep 0.1; done' >"$TESTBED/exec" 3>&- &
  local exec=$!
  WaitUntil 20 "the call in flight" InFlight ExecSync
  Contains "$(Crimuxctl calls)" '^ExecSync +containerd '
  Exec box 'touch /tmp/go'
  wait "$exec"
  run -1 InFlight ExecSync
  run Cri ContainerStatus 'container_id: "nobody"'
  Crimuxctl calls --json | jq -e \
    '.failed[0] | .method == "ContainerStatus" and .code == "NotFound" and .runtime == ""'
  Crimuxctl calls --json | jq -e '.slowest | any(.method == "ExecSync" and .runtime == "containerd")'
}

@test "metrics count what was called, and Prometheus' names and types are there" {
  local name='crimux_calls_total{method="RunPodSandbox",runtime="containerd",code="OK"}'
  before=$(Metric "$name")
  ContainerPod box 'exec sleep 1000' | RunPod
  [[ $(Metric "$name") == $((${before:-0} + 1)) ]]
  [[ $(Metric 'crimux_runtime_state{runtime="containerd",state="up"}') == 1 ]]
  [[ $(Metric 'crimux_owned_objects{runtime="containerd",kind="sandbox"}') == 1 ]]
  Contains "$(curl -fsSi --unix-socket "$STATUS_SOCKET" http://crimux/metrics)" \
    '^Content-Type: text/plain; version=0.0.4'
}

@test "explain tells where a pod will go, and there it goes" {
  ContainerPod box 'exec sleep 1000' >"$TESTBED/pods/box.yaml"
  Crimuxctl explain "$TESTBED/pods/box.yaml" --json |
    jq -e '.pods[0] | .sandbox.runtime == "containerd" and .images[0].page.runtime == "containerd"'
  RunPod <"$TESTBED/pods/box.yaml"
  Contains "$(Crimuxctl owners)" '^sandbox +[0-9a-f]+ +containerd$'
}

@test "explain reads a VM pod from standard input, and says which route decides" {
  explained=$(VmPod web vm.crimux.io/example.org/disk.qcow2 | Crimuxctl explain -)
  Contains "$explained" '^The sandbox goes to vm$'
  Contains "$explained" 'route 2 decides: annotation kubernetes.io/target-runtime=vm'
  Contains "$explained" '3 +image prefix=vm.crimux.io/.* it routes images only'
  Contains "$(Crimuxctl explain vm.crimux.io/x)" '^Image vm.crimux.io/x goes to vm$'
}

@test "explain warns of an image that goes elsewhere than its pod" {
  explained=$(VmPod web disk 'runtimeClassName: vm' |
    sed '/annotations:/d; /target-runtime/d' | Crimuxctl explain --handler vm -)
  Contains "$explained" 'Warning: container guest: its image goes to containerd, but the pod to vm'
}

@test "explain exits with 1 for a pod that would be refused, as it then is" {
  TARGET_RUNTIME=moon VmPod web disk >"$TESTBED/pods/moon.yaml"
  run Crimuxctl explain "$TESTBED/pods/moon.yaml"
  [[ $status == 1 ]]
  Contains "$output" '^The sandbox is refused$'
  Contains "$output" '"moon", which names no runtime'
  run Crimuxctl run -f "$TESTBED/pods/moon.yaml"
  [[ $status == 1 ]]
}

@test "A runtime that dies is told as down, and doctor says what to do" {
  Cri ListContainers
  TestbedStop containerd KILL
  WaitUntil 20 "containerd to be down" RuntimeIs containerd down
  Contains "$(Crimuxctl runtimes)" '^containerd: last known lists and their ages: ListContainers \('
  run Doctor
  [[ $status == 1 ]]
  Contains "$output" "^FAILED +runtimes +containerd \(unix://$CONTAINERD_SOCKET\) is down"
  Contains "$output" '-> start it'
  [[ $(Metric 'crimux_runtime_state{runtime="containerd",state="down"}') == 1 ]]
  StartContainerdAgain
  WaitUntil 20 "containerd to be up" RuntimeIs containerd up
}

@test "doctor finds nothing to fail on a node whose kubelet uses crimux" {
  Cri Status >/dev/null
  run Doctor --root "$(FakeRoot "--container-runtime-endpoint=unix://$CRIMUX_SOCKET")"
  [[ $status == 0 ]]
  Contains "$output" "^ok +kubelet +the kubelet \(pid 12\) uses unix://$CRIMUX_SOCKET"
  Contains "$output" '^ok +callers +a kubelet is at work'
  Contains "$output" '^ok +cgroups +the cgroup drivers agree: containerd: cgroupfs'
  Contains "$output" "^ok +permissions +the CRI socket $CRIMUX_SOCKET has mode 0660"
}

@test "doctor finds a kubelet that goes past crimux, and another cgroup driver" {
  run Doctor --root "$(FakeRoot --cgroup-driver systemd)"
  [[ $status == 1 ]]
  Contains "$output" '^FAILED +kubelet .*containerd.sock \(its default\), not unix://'
  Contains "$output" '^FAILED +cgroups .*kubelet: systemd, containerd: cgroupfs'
}

@test "doctor finds the testbed's network and the programs that VMs need" {
  run Doctor
  Contains "$output" '^ok +cni +network "crimux-test" of .*/10-crimux.conflist'
  Contains "$output" '^ok +programs .*qemu-img, dnsmasq'
  Contains "$output" '^ok +qemu-user '
  Doctor --json >"$TESTBED/doctor.json" || [[ $? == 1 ]]
  jq -e '.findings | all(has("verdict") and has("check") and has("what") and has("remedy"))' \
    "$TESTBED/doctor.json"
}

@test "reload has new routes decide, and a bad file is refused with its place" {
  cp "$TESTBED/crimux.yaml" "$TESTBED/before.yaml"
  sed -i 's/handler: vm}/handler: other}/' "$TESTBED/crimux.yaml"
  Crimuxctl reload
  Contains "$(Crimuxctl explain busybox --handler other)" 'goes to vm$'
  echo 'listne: x' >>"$TESTBED/crimux.yaml"
  run Crimuxctl reload
  [[ $status == 1 ]]
  Contains "$output" 'crimux.yaml:[0-9]+:1: listne: unknown key'
  Contains "$(Crimuxctl explain busybox --handler other)" 'goes to vm$'
  mv "$TESTBED/before.yaml" "$TESTBED/crimux.yaml"
  Crimuxctl reload
  Contains "$(Crimuxctl explain busybox --handler other)" 'goes to containerd$'
}

@test "A command line that makes no sense exits with 2, a socket that isn't there with 1" {
  run -2 Crimuxctl explain
  run -2 Crimuxctl status --nonsense
  run Crimuxctl status --socket "$TESTBED/none.sock"
  [[ $status == 1 ]]
  Contains "$output" 'none.sock'
}
