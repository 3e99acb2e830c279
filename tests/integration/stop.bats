# How VMs end: asked by ACPI, destroyed at the end of the grace period, or by themselves.
load helpers

setup_file() { StartTestbed guest deaf; }
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

ContainerStatus() {
  Cri ContainerStatus "container_id: \"$(ContainerId "$1")\""
}

@test "StopContainer asks the guest by ACPI: it powers off within the grace period, exit code 0" {
  StartVm polite guest
  SECONDS=0
  Cri StopContainer "container_id: \"$(ContainerId polite)\" timeout: 60"
  ((SECONDS < 40))
  Contains "$(LogText polite)" 'power button'
  Contains "$(LogText polite)" 'Power down'
  Contains "$(ContainerStatus polite)" 'state: CONTAINER_EXITED'
  run ContainerStatus polite
  # proto3's text form leaves out a zero.
  [[ $output != *exit_code:* ]]
  Contains "$output" 'reason: "Completed"'
}

@test "A guest that ignores ACPI is destroyed at the end of the grace period" {
  StartVm deaf deaf
  SECONDS=0
  Cri StopContainer "container_id: \"$(ContainerId deaf)\" timeout: 4"
  ((SECONDS >= 3 && SECONDS < 15))
  Contains "$(ContainerStatus deaf)" 'state: CONTAINER_EXITED'
  Contains "$(ContainerStatus deaf)" 'exit_code: 137'
  [[ -z $(QemuPid) ]]
}

@test "A grace period of 0 destroys at once" {
  StartVm deaf deaf
  local started=${EPOCHREALTIME/./}
  Cri StopContainer "container_id: \"$(ContainerId deaf)\""
  ((${EPOCHREALTIME/./} - started < 4000000))
  Contains "$(ContainerStatus deaf)" 'exit_code: 137'
}

@test "A guest that powers off by itself is EXITED with 0" {
  StartVm off guest
  Ssh "$(PodAddress off)" poweroff || true
  WaitUntil 30 "the end" HasState off CONTAINER_EXITED
  [[ $(ContainerStatus off) != *exit_code:* ]]
  Contains "$(LogText off)" 'Power down'
}

@test "StopContainer and StopPodSandbox may be repeated, also for ids that nobody knows" {
  StartVm twice guest
  id=$(ContainerId twice)
  sandbox=$(SandboxId twice)
  Cri StopContainer "container_id: \"$id\" timeout: 60"
  Cri StopContainer "container_id: \"$id\" timeout: 60"
  Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
  Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
  Contains "$(Cri ListPodSandbox)" SANDBOX_NOTREADY
  Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
  Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
  Cri RemoveContainer "container_id: \"$id\""
  Cri StopContainer "container_id: \"$id\" timeout: 1"
  Refuses NOT_FOUND ContainerStatus "container_id: \"$id\""
  Refuses NOT_FOUND PodSandboxStatus "pod_sandbox_id: \"$sandbox\""
}

@test "ReopenContainerLog goes on in a new file" {
  StartVm rotated deaf
  log=$(LogFile rotated)
  WaitUntil 20 "ticks" HasTicks rotated 2
  mv "$log" "$log.1"
  Cri ReopenContainerLog "container_id: \"$(ContainerId rotated)\""
  WaitUntil 20 "ticks in the new log" HasTicks rotated 2
  numbers=$(cat "$log.1" "$log" | tr -d '\r' | sed -n 's/.*tick \([0-9]*\)$/\1/p')
  [[ $numbers == "$(seq "$(wc -l <<<"$numbers")")" ]]
}
