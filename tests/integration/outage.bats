# Runtimes that die, hang and come back, and crimuxd itself, under a steady load of lists: to the
# kubelet, what drops out of a list is a pod that died.
load helpers

setup_file() {
  TestbedCreate
  TestbedStartContainerd
  TestbedStartContainerd second
  CONTAINERD_OPTIONS='    listTimeout: 1s' \
    MORE_RUNTIMES="  - {name: second, endpoint: 'unix://$TESTBED/second.sock', listTimeout: 1s}" \
    MORE_ROUTES='  - {runtime: second, annotation: {kubernetes.io/target-runtime: second}}' \
    TestbedWriteConfig
  TestbedStartCrimuxd
}
teardown_file() { StopTestbed; }
setup() {
  ContainerPod one 'exec sleep 1000' | RunPod
  ContainerPod two 'exec sleep 1000' | On second | RunPod
  one=$(SandboxId one) two=$(SandboxId two)
  ids=("list=$one" "list=$two" "list=$(ContainerId one)" "list=$(ContainerId two)")
}
teardown() {
  local name
  TestbedStop load
  for name in containerd second; do
    kill -s CONT "$(PidOf "$name")" 2>/dev/null || true
    IsRunning "$name" || TestbedRestartContainerd "$name"
    WaitUntil 20 "the CRI of $name" CriOf "$name" Version
  done
  WaitUntil 20 "crimuxd to use both again" HaveStatus "$one" "$two"
  RemovePodsAndCheck
}

# On RUNTIME < MANIFEST
On() {
  sed "s:^metadata\\::&\\n  annotations\\: {kubernetes.io/target-runtime\\: $1}:"
}

CriOf() {
  CRI_SOCKET=$TESTBED/$1.sock Cri "${@:2}"
}

HaveStatus() {
  local id
  for id in "$@"; do Cri PodSandboxStatus "pod_sandbox_id: \"$id\""; done
}

UnixMs() {
  date +%s%3N
}

# StartLoad [ARGUMENT...]: see steady_load.cc. When it returns, there was a first round of lists.
StartLoad() {
  rm -f "$TESTBED/log/load"
  Spawn load "$CRIMUX_BIN/../tests/steady_load" "$CRIMUX_SOCKET" 10 "${ids[@]}" "$@"
  WaitUntil 20 "the first lists" grep -q begun "$TESTBED/log/load"
}

# Ends the load; its last line, and what it said before, are shown with the test's result.
StopLoad() {
  TestbedStop load
  sed "s/^/# $BATS_TEST_DESCRIPTION: /" "$TESTBED/log/load" >&3
  NothingMissing
}

# The number after WORDS in the load's last line. Count "lists [0-9]* failed"
Count() {
  tail -n 1 "$TESTBED/log/load" | grep -o "$1 [0-9]*" | grep -o '[0-9]*$'
}

NothingMissing() {
  [[ $(($(Count lists) - $(Count 'lists [0-9]* failed'))) -gt 20 && $(Count missing) == 0 ]]
}

@test "containerd killed and restarted: no list lacks a pod or fails meanwhile; all works soon after" {
  StartLoad "status=$one"
  TestbedStop containerd KILL
  # Long enough for lists of the time without it.
  WaitUntil 10 "crimux to notice" Refuses UNAVAILABLE PodSandboxStatus "pod_sandbox_id: \"$one\""
  sleep 2
  TestbedRestartContainerd
  WaitUntil 20 "its CRI" CriOf containerd PodSandboxStatus "pod_sandbox_id: \"$one\""
  back=$(UnixMs)
  WaitUntil 20 "crimux to use it" HaveStatus "$one"
  sleep 2
  StopLoad
  echo "# worked $(($(Count last_failed) - back)) ms after its return (below 0: before we saw it)" >&3
  # None at all while it is away. One that starts may refuse a few ("server is not initialized yet").
  [[ $(Count 'lists [0-9]* failed') -lt 40 && $(Count 'statuses [0-9]* failed') -gt 40 ]]
  # The aim is 1000; a loaded machine gets more.
  [[ $(($(Count last_failed) - back)) -lt 4000 ]]
}

@test "containerd restarted again and again: no list lacks a pod" {
  StartLoad
  for _ in 1 2 3; do
    TestbedStop containerd KILL
    TestbedRestartContainerd
  done
  WaitUntil 20 "crimux to use it" HaveStatus "$one"
  StopLoad
}

@test "one containerd hangs: calls of the other go on as fast, and lists stay whole" {
  StartLoad "status=$one"
  # As long as it takes, then, to see what is usual.
  sleep 2
  StopLoad
  quiet=$(Count 'statuses .* slowest')
  StartLoad "status=$one"
  kill -s STOP "$(PidOf second)"
  sleep 4
  kill -s CONT "$(PidOf second)"
  WaitUntil 20 "crimux to use it" HaveStatus "$two"
  StopLoad
  echo "# slowest status of the other: $quiet ms before, $(Count 'statuses .* slowest') ms meanwhile" >&3
  [[ $(Count 'statuses [0-9]* failed') == 0 && $(Count 'lists [0-9]* failed') == 0 ]]
  # A list waits no longer than listTimeout (1 s) for it; a status not at all.
  [[ $(Count 'statuses .* slowest') -lt 1000 && $(Count 'lists .* missing 0 slowest') -lt 3000 ]]
}

@test "crimuxd restarted under load: lists that succeed are whole, and all works again" {
  StartLoad "status=$one" "status=$two"
  for signal in TERM KILL; do
    TestbedStop crimuxd "$signal"
    TestbedStartCrimuxd
    HaveStatus "$one" "$two" >/dev/null
  done
  sleep 1
  StopLoad
  # The load waits for the socket, so only calls that were in flight can fail.
  [[ $(Count 'lists [0-9]* failed') -le 4 && $(Count 'statuses [0-9]* failed') -le 4 ]]
}

@test "crimuxd restarted while a runtime is down: its pods are still listed, from disk" {
  StartLoad
  container=$(ContainerId two)
  WaitUntil 20 "its sandbox on disk" grep -q "$two" "$TESTBED/last-known/second.lists"
  WaitUntil 20 "its container on disk" grep -q "$container" "$TESTBED/last-known/second.lists"
  TestbedStop second KILL
  for signal in TERM KILL; do
    TestbedStop crimuxd "$signal"
    TestbedStartCrimuxd
    Contains "$(Cri ListPodSandbox)" "$two"
    Contains "$(Cri ListContainers)" "$container"
  done
  Refuses UNAVAILABLE PodSandboxStatus "pod_sandbox_id: \"$two\""
  TestbedRestartContainerd second
  WaitUntil 20 "crimux to use it" HaveStatus "$two"
  StopLoad
}
