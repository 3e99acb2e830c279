# Two real containerds behind one socket: Debian 12's as default, and one of the 2 series, whose images
# have a name prefix outside.
load helpers

setup_file() {
  FOLDER=$("$REPOSITORY/scripts/containerd2" 2>/dev/null) || FOLDER=
  export FOLDER
  [[ -n $FOLDER ]] || return 0
  TestbedCreate
  TestbedStartRegistry
  MakeTool
  TestbedStartContainerd
  CONTAINERD_CRI_OPTIONS="registry.config_path = \"$(TestbedContainerdMirrors)\"" \
    TestbedStartContainerd second "$FOLDER"
  MORE_RUNTIMES="  - {name: second, endpoint: 'unix://$TESTBED/second.sock', imagePrefix: second.example/}" \
    MORE_ROUTES='  - {runtime: second, annotation: {kubernetes.io/target-runtime: second}}' \
    TestbedWriteConfig
  TestbedStartCrimuxd
}
teardown_file() { [[ -z $FOLDER ]] || StopTestbed; }
setup() { [[ -n $FOLDER ]] || skip "skipped: no containerd of the 2 series can be had"; }
teardown() { [[ -z $FOLDER ]] || RemovePodsAndCheck; }

# An image in the registry that no runtime has yet.
MakeTool() {
  local layout=$TESTBED/tool-oci root=$TESTBED/tool-root
  mkdir -p "$root/bin"
  cp "$(command -v busybox)" "$root/bin/sh"
  umoci init --layout "$layout"
  umoci new --image "$layout:1"
  umoci insert --rootless --image "$layout:1" "$root" /
  umoci config --image "$layout:1" --config.cmd /bin/sh
  PushImage "$layout:1" team/tool:1
  rm -rf "$layout" "$root"
}

# SecondPod NAME IMAGE COMMAND: a pod for the second containerd; IMAGE as it is named outside.
SecondPod() {
  BUSYBOX_IMAGE=$2 ContainerPod "$1" "$3" |
    sed 's:^metadata\::&\n  annotations\: {kubernetes.io/target-runtime\: second}:' | RunPod
}

# Of ListImages and the like, on the second containerd's own socket.
OnSecond() {
  CRI_SOCKET=$TESTBED/second.sock Cri "$@"
}

Tags() {
  Field repo_tags | sort
}

@test "It is the 2 series" {
  Contains "$(OnSecond Version)" 'runtime_version: "v?2\.'
  Contains "$(CRI_SOCKET=$CONTAINERD_SOCKET Cri Version)" 'runtime_version: "?v?1\.6'
}

@test "Pods of both run through one socket, with the ids that each runtime gave" {
  ContainerPod one 'echo first; exec sleep 1000' | RunPod
  SecondPod two "second.example/$BUSYBOX_IMAGE" 'echo second; exec sleep 1000'
  WaitUntil 20 "the log of one" LogHas one first
  WaitUntil 20 "the log of two" LogHas two second
  for method in ListPodSandbox ListContainers; do
    [[ $(OnSecond $method | Field id) == "$(Cri $method "$(WithName two)" | Field id)" ]]
    [[ $(CRI_SOCKET=$CONTAINERD_SOCKET Cri $method | Field id) == \
      "$(Cri $method "$(WithName one)" | Field id)" ]]
  done
  [[ $(PodAddress two) == "$SUBNET".* ]]
  Crimuxctl rm two
  [[ -z $(OnSecond ListPodSandbox) ]]
  [[ $(ContainerState one) == CONTAINER_RUNNING ]]
}

@test "Images of the second have the prefix outside, and only there" {
  inside=$(OnSecond ListImages | Tags)
  outside=$(Cri ListImages | Tags)
  Contains "$inside" "^$BUSYBOX_IMAGE\$"
  [[ $inside != *second.example* ]]
  Contains "$outside" "^$BUSYBOX_IMAGE\$"
  Contains "$outside" "^second\.example/$BUSYBOX_IMAGE\$"
  [[ $(grep -c ^second.example/ <<<"$outside") == "$(wc -l <<<"$inside")" ]]
}

@test "A container's image has the prefix in its status and in lists" {
  SecondPod two "second.example/$BUSYBOX_IMAGE" 'exec sleep 1000'
  Contains "$(Cri ContainerStatus "container_id: \"$(ContainerId two)\"")" \
    "image: \"second.example/$BUSYBOX_IMAGE\""
  [[ $(OnSecond ListContainers) != *second.example* ]]
}

@test "An image with the prefix is pulled by the second, used by what was answered, and removed" {
  image=second.example/team.example/team/tool:1
  reference=$(Cri PullImage "image {image: \"$image\"}" | Field image_ref)
  [[ -n $reference ]]
  Contains "$(OnSecond ListImages | Tags)" '^team\.example/team/tool:1$'
  [[ $(CRI_SOCKET=$CONTAINERD_SOCKET Cri ListImages) != *team/tool* ]]
  Contains "$(Cri ImageStatus "image {image: \"$image\"}")" "repo_tags: \"$image\""

  SecondPod tool "$image" 'exec sleep 1000'
  [[ $(ContainerState tool) == CONTAINER_RUNNING ]]
  Contains "$(Cri ContainerStatus "container_id: \"$(ContainerId tool)\"")" "image: \"$image\""
  Crimuxctl rm tool

  Cri RemoveImage "image {image: \"$image\"}"
  [[ $(OnSecond ListImages) != *team/tool* ]]
  [[ -z $(Cri ImageStatus "image {image: \"$image\"}") ]]
}

@test "The image that pulling answered names the image: its status, a container, its removal" {
  image=second.example/team.example/team/tool:1
  reference=$(Cri PullImage "image {image: \"$image\"}" | Field image_ref)
  Contains "$(Cri ImageStatus "image {image: \"$reference\"}")" "repo_tags: \"$image\""
  Cri RemoveImage "image {image: \"$reference\"}"
  [[ $(OnSecond ListImages) != *team/tool* ]]
}
