# Runtimes that are away, sockets that are taken, configs that are wrong.
load helpers

setup_file() { StartTestbed guest; }
teardown_file() { StopTestbed; }
teardown() {
  if ! IsRunning containerd; then
    TestbedRestartContainerd
    WaitUntil 10 "crimuxd to use it again" EveryRuntimeAnswers
  fi
  RemovePodsAndCheck
}

# Lists don't tell: what was known last may stand in.
EveryRuntimeAnswers() { Refuses NOT_FOUND ContainerStatus 'container_id: "nobody"'; }

@test "A runtime that is away: its calls are UNAVAILABLE at once, VM pods go on" {
  StartVm web guest
  sandbox=$(SandboxId web)
  TestbedStop containerd
  SECONDS=0
  Refuses 'UNAVAILABLE: ' RunPodSandbox "$(SandboxConfig box | sed '/target-runtime/d')"
  ((SECONDS < 5))
  Contains "$(Cri PodSandboxStatus "pod_sandbox_id: \"$sandbox\"")" 'name: "web"'
  Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
}

@test "Containers of a runtime that is away do not drop out of lists" {
  ContainerPod box 'exec sleep 1000' | RunPod
  id=$(ContainerId box)
  Contains "$(Cri ListContainers)" "$id"
  TestbedStop containerd
  # The list fails, or still has it: a list without it would tell the kubelet that it died.
  run Cri ListContainers
  [[ $status != 0 ]] || Contains "$output" "$id"
}

@test "An unknown id is NOT_FOUND only while every runtime is there to say so" {
  EveryRuntimeAnswers
  TestbedStop containerd
  Refuses UNAVAILABLE ContainerStatus 'container_id: "nobody"'
}

@test "A runtime that comes back is used again within seconds" {
  TestbedStop containerd
  run Cri Version
  TestbedRestartContainerd
  WaitUntil 5 "the runtime" EveryRuntimeAnswers
}

@test "A second crimuxd on the same socket refuses to start and does no harm" {
  run -1 timeout 20 "$CRIMUX_BIN/crimuxd" --config "$TESTBED/crimux.yaml"
  Contains "$output" "$CRIMUX_SOCKET|$TESTBED/vm"
  Cri Version
  CrimuxdAnswers
}

@test "A wrong config does not start: file, line and column are named" {
  sed 's/accelerator/acelerator/' "$TESTBED/crimux.yaml" >"$TESTBED/wrong.yaml"
  run -1 timeout 20 "$CRIMUX_BIN/crimuxd" --config "$TESTBED/wrong.yaml"
  line=$(grep -n acelerator "$TESTBED/wrong.yaml" | cut -d : -f 1)
  Contains "$output" "wrong.yaml:$line:[0-9]+: .*acelerator"
  run "$CRIMUX_BIN/crimuxd" --check-config --config "$TESTBED/crimux.yaml"
  [[ $status == 0 ]]
}
