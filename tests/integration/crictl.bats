# The same pods through crictl, the tool that people use.
load helpers

setup_file() {
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  [[ -z $CRICTL ]] || StartTestbed guest
}
teardown_file() { [[ -z $CRICTL ]] || StopTestbed; }
setup() { [[ -n $CRICTL ]] || skip "skipped: no Go"; }
teardown() { [[ -z $CRICTL ]] || RemovePodsAndCheck; }

# Configs NAME IMAGE [COMMAND]: writes NAME.pod.json and NAME.json.
Configs() {
  : >"$TESTBED/crictl.yaml"
  jq -n --arg name "$1" --arg logs "$TESTBED/pods/$1" --arg runtime "${TARGET_RUNTIME:-}" \
    --arg cgroup "/$BRIDGE" '{
    metadata: {name: $name, uid: ($name + "-uid"), namespace: "default", attempt: 0},
    hostname: $name, log_directory: $logs, linux: {cgroup_parent: $cgroup},
    labels: {"io.kubernetes.pod.name": $name},
    annotations: (if $runtime == "" then {} else {"kubernetes.io/target-runtime": $runtime} end)
  }' >"$TESTBED/$1.pod.json"
  jq -n --arg image "$2" --arg command "${3:-}" '{
    metadata: {name: "main", attempt: 0}, image: {image: $image}, log_path: "main.log", linux: {},
    command: (if $command == "" then [] else ["sh", "-c", $command] end)
  }' >"$TESTBED/$1.json"
}

# The life of one pod, command by command. Lives NAME IMAGE LOG-WORDS
Lives() {
  local name=$1 image=$2 words=$3 pod container
  pod=$(Crictl runp "$TESTBED/$name.pod.json")
  container=$(Crictl create --no-pull "$pod" "$TESTBED/$name.json" "$TESTBED/$name.pod.json")
  Contains "$(Crictl ps -a)" "${container:0:13} .*Created"
  Crictl start "$container"
  Contains "$(Crictl pods)" "${pod:0:13} .*Ready .*$name"
  Contains "$(Crictl ps)" "${container:0:13} .*Running"
  [[ $(Crictl inspectp "$pod" | jq -r .status.state) == SANDBOX_READY ]]
  [[ $(Crictl inspectp "$pod" | jq -r .status.network.ip) == "$SUBNET".* ]]
  [[ $(Crictl inspect "$container" | jq -r .status.state) == CONTAINER_RUNNING ]]
  [[ $(Crictl inspect "$container" | jq -r .status.logPath) == "$TESTBED/pods/$name/main.log" ]]
  WaitUntil 90 "the log" CrictlLogHas "$container" "$words"
  Contains "$(Crictl images)" "${image%:*}"

  Crictl stop --timeout 20 "$container"
  Contains "$(Crictl ps -a)" "${container:0:13} .*Exited"
  Crictl rm "$container"
  [[ -z $(Crictl ps -aq) ]]
  Crictl stopp "$pod"
  Contains "$(Crictl pods)" "${pod:0:13} .*NotReady"
  Crictl rmp "$pod"
  [[ -z $(Crictl pods -q) ]]
}

CrictlLogHas() {
  Crictl logs "$1" 2>&1 | grep -q "$2"
}

@test "crictl: a VM pod from runp to rmp" {
  TARGET_RUNTIME=vm Configs web "$VM_IMAGE_PREFIX/guest.qcow2"
  Crictl pull "$VM_IMAGE_PREFIX/guest.qcow2"
  Lives web "$VM_IMAGE_PREFIX/guest.qcow2" 'crimux guest: ready'
}

@test "crictl: a container pod from runp to rmp" {
  Configs box "$BUSYBOX_IMAGE" 'echo started; exec sleep 1000'
  Lives box "$BUSYBOX_IMAGE" started
}

@test "crictl: images of both runtimes in one list; rmi removes a disk image" {
  : >"$TESTBED/crictl.yaml"
  Crictl pull "$VM_IMAGE_PREFIX/guest.qcow2"
  images=$(Crictl images)
  Contains "$images" "$VM_IMAGE_PREFIX/guest.qcow2"
  Contains "$images" "${BUSYBOX_IMAGE%:*}"
  Crictl rmi "$VM_IMAGE_PREFIX/guest.qcow2"
  [[ $(Crictl images) != *guest.qcow2* ]]
  Crictl imagefsinfo | jq -e '.status.imageFilesystems | length >= 1'
}

@test "crictl on containerd's socket and on crimux's shows the same container ids" {
  Configs box "$BUSYBOX_IMAGE" 'exec sleep 1000'
  Crictl run --no-pull "$TESTBED/box.json" "$TESTBED/box.pod.json"
  through=$(Crictl ps -q --no-trunc)
  [[ -n $through && $through == "$(CRI_SOCKET=$CONTAINERD_SOCKET Crictl ps -q --no-trunc)" ]]
  [[ $(Crictl pods -q --no-trunc) == "$(CRI_SOCKET=$CONTAINERD_SOCKET Crictl pods -q --no-trunc)" ]]
}

@test "crictl: version and info" {
  : >"$TESTBED/crictl.yaml"
  Contains "$(Crictl version)" 'RuntimeApiVersion: *v1'
  Crictl info | jq -e '.status.conditions | length >= 2'
}
