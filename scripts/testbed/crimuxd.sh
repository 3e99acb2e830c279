# The testbed's crimuxd.

# Writes $TESTBED/crimux.yaml: containerd as default, and VMs. More text, if any, comes from the
# arguments, a line each, and stands below `vm:`; from $CONTAINERD_OPTIONS below the default runtime;
# from $MORE_RUNTIMES and $MORE_ROUTES before those of the VMs.
TestbedWriteConfig() {
  cat >"$TESTBED/crimux.yaml" <<END
listen: $CRIMUX_SOCKET
status: $STATUS_SOCKET
lastKnownDir: $TESTBED/last-known
runtimes:
  - name: containerd
    endpoint: unix://$CONTAINERD_SOCKET
    default: true
${CONTAINERD_OPTIONS:-}
${MORE_RUNTIMES:-}
  - name: vm
    vm:
      stateDir: $TESTBED/vm
      accelerator: ${CRIMUX_ACCELERATOR:-tcg}
      cniBinDirs: [${CNI_BIN_DIR:-/usr/lib/cni}]
      cniConfDir: $TESTBED/cni/conf
      cniCacheDir: $TESTBED/cni/cache
      netnsDir: $TESTBED/netns
      defaultMemory: 268435456
$(for line in "$@"; do printf '      %s\n' "$line"; done)
routes:
${MORE_ROUTES:-}
  - {runtime: vm, handler: vm}
  - {runtime: vm, annotation: {kubernetes.io/target-runtime: [vm, virtlet.cloud]}}
  - {runtime: vm, imagePrefix: [vm.crimux.io/, virtlet.cloud/]}
END
}

# The testbed's config without containerd: the VM runtime is all there is. Arguments as
# TestbedWriteConfig's.
TestbedWriteVmOnlyConfig() {
  TestbedWriteConfig "$@"
  sed -i '/- name: containerd/,/default: true/d; s/- name: vm/&\n    default: true/; /^routes:/,$d' \
    "$TESTBED/crimux.yaml"
}

TestbedStartCrimuxd() {
  [[ -e $TESTBED/crimux.yaml ]] || TestbedWriteConfig
  Spawn crimuxd "$CRIMUX_BIN/crimuxd" --config "$TESTBED/crimux.yaml"
  WaitUntil 30 "crimuxd" CrimuxdAnswers || { tail -n 20 "$TESTBED/log/crimuxd" >&2; return 1; }
}

CrimuxdAnswers() {
  # One that has died will not answer any more: don't wait for it.
  [[ -S $STATUS_SOCKET ]] && curl -fs --max-time 5 --unix-socket "$STATUS_SOCKET" http://crimux/healthz
}

# crimuxctl with the testbed's sockets and folders.
Crimuxctl() {
  local command=$1
  shift
  [[ $command != run ]] || set -- --log-root "$TESTBED/pods" --pod-root "$TESTBED/volumes" \
    --cgroup-parent "/$BRIDGE" "$@"
  CONTAINER_RUNTIME_ENDPOINT=unix://$CRIMUX_SOCKET CRIMUX_STATUS_SOCKET=$STATUS_SOCKET \
    "$CRIMUX_BIN/crimuxctl" "$command" "$@"
}

# Pods by name, through the labels that the kubelet and crimuxctl set.
WithName() {
  echo "filter {label_selector {key: \"io.kubernetes.pod.name\" value: \"$1\"}}"
}

SandboxId() {
  Cri ListPodSandbox "$(WithName "$1")" | Field id
}

ContainerId() {
  Cri ListContainers "$(WithName "$1")" | Field id
}

PodAddress() {
  Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId "$1")\"" | Field ip | head -n 1
}

# "CONTAINER_RUNNING" and the like, of a pod's container.
ContainerState() {
  Cri ContainerStatus "container_id: \"$(ContainerId "$1")\"" | sed -n 's/^  state: //p'
}

# Stops and removes all pods of the CRI socket.
RemoveAllPods() {
  local id
  # The list fails while a runtime has not come back yet.
  WaitUntil 10 "the list of pods" Cri ListPodSandbox || return 1
  for id in $(Cri ListPodSandbox | Field id); do
    Cri StopPodSandbox "pod_sandbox_id: \"$id\"" && Cri RemovePodSandbox "pod_sandbox_id: \"$id\"" ||
      return 1
  done
}

# The process id of the one QEMU that runs a pod's VM.
QemuPid() {
  Processes | awk '$2 ~ /qemu-system/ {print $1}'
}
