# VMs outlive crimuxd, and nothing is lost or left when it dies.
load helpers

setup_file() { StartTestbed counter; }
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

@test "kill -9 of crimuxd while a VM counts: the same QEMU runs on, every number is in the log once" {
  StartVm count counter
  WaitUntil 30 "some ticks" HasTicks count 3
  log=$(LogFile count)
  pid=$(QemuPid)

  TestbedStop crimuxd KILL
  before=$(grep -c tick "$log")
  # The guest counts on meanwhile.
  sleep 3
  [[ $(grep -c tick "$log") == "$before" ]]

  TestbedStartCrimuxd
  [[ $(Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId count)\"") == *"state: SANDBOX_READY"* ||
    $(Cri ListPodSandbox) != *SANDBOX_NOTREADY* ]]
  [[ $(ContainerState count) == CONTAINER_RUNNING && $(QemuPid) == "$pid" ]]
  WaitUntil 30 "more ticks" HasTicks count $((before + 6))
  TicksAreComplete count
}

@test "Three kills in a row lose no tick" {
  StartVm count counter
  local i
  for i in 1 2 3; do
    WaitUntil 30 "ticks" HasTicks count $((i * 3))
    TestbedStop crimuxd KILL
    TestbedStartCrimuxd
  done
  WaitUntil 30 "more ticks" HasTicks count 14
  TicksAreComplete count
}

@test "A VM that died while crimuxd was down is EXITED afterwards, with an exit code" {
  StartVm count counter
  TestbedStop crimuxd KILL
  kill -9 "$(QemuPid)"
  TestbedStartCrimuxd
  WaitUntil 10 "the end to be noticed" HasState count CONTAINER_EXITED
  status_text=$(Cri ContainerStatus "container_id: \"$(ContainerId count)\"")
  Contains "$status_text" 'exit_code: [1-9]'
  Contains "$status_text" 'finished_at: [1-9]'
}

@test "A VM that is killed while crimuxd runs becomes EXITED" {
  StartVm count counter
  WaitUntil 30 "some ticks" HasTicks count 3
  kill -9 "$(QemuPid)"
  WaitUntil 10 "the end to be noticed" HasState count CONTAINER_EXITED
  TicksAreComplete count
}

@test "kill -9 at any moment of a pod's start leaves nothing that cannot be removed" {
  local delay run_pid
  for delay in 0.05 0.2 0.4 0.7 1.0 1.5; do
    VmPod victim "$VM_IMAGE_PREFIX/counter.qcow2" | RunPod 3>&- &
    run_pid=$!
    sleep "$delay"
    TestbedStop crimuxd KILL
    wait "$run_pid" || true
    TestbedStartCrimuxd
    RemoveAllPods
    NothingLeft
  done
}

@test "kill -9 in the middle of a pod's removal: it can be removed afterwards" {
  local delay
  for delay in 0.1 0.4; do
    StartVm victim counter
    Crimuxctl rm victim 3>&- &
    sleep "$delay"
    TestbedStop crimuxd KILL
    wait $! || true
    TestbedStartCrimuxd
    RemoveAllPods
    NothingLeft
  done
}
