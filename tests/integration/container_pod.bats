# Pods without a mark go to containerd, and look there as if crimux were not between.
load helpers

setup_file() { StartTestbed; }
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

@test "A container pod runs on containerd and logs" {
  ContainerPod box 'echo started; exec sleep 1000' | RunPod
  WaitUntil 10 "the log" LogHas box started
  [[ $(ContainerState box) == CONTAINER_RUNNING ]]
  Contains "$(Crimuxctl logs box)" started
  Contains "$(Crimuxctl ps)" box
}

@test "containerd knows containers and sandboxes by the ids that crimux shows" {
  ContainerPod one 'exec sleep 1000' | RunPod
  ContainerPod two 'exec sleep 1000' | RunPod
  local method
  for method in ListContainers ListPodSandbox; do
    through=$(Cri $method | Field id | sort)
    direct=$(CRI_SOCKET=$CONTAINERD_SOCKET Cri $method | Field id | sort)
    [[ $(wc -l <<<"$through") == 2 && $through == "$direct" ]]
  done
}

@test "A container that ends has its exit code" {
  ContainerPod box 'exit 7' | sed 's/^spec:/spec:\n  restartPolicy: Never/' | RunPod
  WaitUntil 10 "the end" HasState box CONTAINER_EXITED
  Contains "$(Cri ContainerStatus "container_id: \"$(ContainerId box)\"")" 'exit_code: 7'
}

@test "Errors of the runtime come through with their code and words" {
  direct=$(CRI_SOCKET=$CONTAINERD_SOCKET Cri ContainerStatus 'container_id: "nobody"') || true
  through=$(Cri ContainerStatus 'container_id: "nobody"') || true
  Contains "$direct" '^NOT_FOUND'
  Contains "$through" '^NOT_FOUND'
}

@test "A restarted crimuxd finds the containers and serves them" {
  ContainerPod box 'echo started; exec sleep 1000' | RunPod
  id=$(ContainerId box)
  TestbedStop crimuxd KILL
  TestbedStartCrimuxd
  Contains "$(Cri ContainerStatus "container_id: \"$id\"")" CONTAINER_RUNNING
  Cri StopContainer "container_id: \"$id\" timeout: 1"
  Contains "$(Cri ContainerStatus "container_id: \"$id\"")" CONTAINER_EXITED
}

@test "SIGTERM ends crimuxd with 0 and removes its sockets; the pods live on" {
  ContainerPod box 'exec sleep 1000' | RunPod
  TestbedStop crimuxd TERM
  [[ ! -e $CRIMUX_SOCKET && ! -e $STATUS_SOCKET ]]
  Contains "$(CRI_SOCKET=$CONTAINERD_SOCKET Cri ListContainers)" \
    CONTAINER_RUNNING
  TestbedStartCrimuxd
}
