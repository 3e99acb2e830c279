# Networks of VM pods: several of them.
load helpers

setup_file() {
  TestbedCreate
  mkdir "$TESTBED/bin"
  install "$BATS_TEST_DIRNAME/networks/second" "$TESTBED/bin/second"
  SECOND=${BRIDGE}b SECOND_SUBNET=$(FreeSubnet)
  export SECOND SECOND_SUBNET
  MakeImage guest
  TestbedStartFileServer
  CNI_BIN_DIR="$TESTBED/bin, /usr/lib/cni" WriteVmOnlyConfig
  TestbedStartCrimuxd
}

teardown_file() {
  ip link delete "$SECOND" 2>/dev/null || true
  StopTestbed
}

teardown() {
  rm -f "$TESTBED"/cni/conf/00-*
  RemovePodsAndCheck
}

# Network LINE...: the pods' network from now on, as a conflist of these plugins.
Network() {
  local plugins
  plugins=$(printf '%s\n' "$@" | jq -s .)
  jq -n --argjson plugins "$plugins" '{cniVersion: "1.0.0", name: "crimux-test", plugins: $plugins}' \
    >"$TESTBED/cni/conf/00-test.conflist"
}

# Bridge NAME RANGE...: a plugin with addresses of these ranges (CIDR), and the node as gateway.
Bridge() {
  jq -n --arg bridge "$1" --arg store "$TESTBED/cni/ipam" '{
    type: "bridge", $bridge, isGateway: true, mtu: 1400,
    ipam: {type: "host-local", dataDir: $store, ranges: [$ARGS.positional[1:][] | [{subnet: .}]],
      routes: [$ARGS.positional[1:][] | {dst: (if test(":") then "::/0" else "0.0.0.0/0" end)}]}
  }' --args "$@"
}

# VmWith NAME IMAGE ANNOTATION...: starts a VM pod with more annotations, each as "key: value".
VmWith() {
  local name=$1 image=$2 lines
  shift 2
  lines=$(printf '    %s\\n' "$@")
  VmPod "$name" "$VM_IMAGE_PREFIX/$image.qcow2" | sed "s|^  annotations:|&\n${lines%\\n}|" | RunPod
  WaitUntil 90 "the guest of $name" LogHas "$name" 'ready, address'
}

@test "A pod with two networks boots with two cards, each as the annotations want it" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")" \
    "$(jq -n --argjson delegate "$(Bridge "$SECOND" "$SECOND_SUBNET.0/24" | jq 'del(.ipam.routes)')" \
      '{type: "second", $delegate}')"
  VmWith two guest 'crimux.io/vcpus: "2"' 'crimux.io/nics: "[{interface: net1, queues: 2, mtu: 1300}]"'
  WaitUntil 20 "the second address" LogHas two "eth1 has $SECOND_SUBNET\."
  address=$(PodAddress two)
  [[ $address == "$SUBNET".* ]]
  guest=$(Ssh "$address" 'ip -4 addr; ip route; ls /sys/class/net/eth1/queues; uname -n')
  Contains "$guest" "inet $address/24 .* eth0"
  second=$(sed -nE "s|.*inet ($SECOND_SUBNET\.[0-9]+)/24 .* eth1|\1|p" <<<"$guest")
  Contains "$guest" 'eth0: .* mtu 1400 '
  Contains "$guest" 'eth1: .* mtu 1300 '
  Contains "$guest" 'rx-1'
  [[ $(grep -c '^default' <<<"$guest") == 1 ]]
  Contains "$(curl -fsS --max-time 10 "http://$address/")" 'hello from two'
  Contains "$(curl -fsS --max-time 10 --interface "$SECOND" "http://$second/")" 'hello from two'
}

@test "A card for an interface that the pod hasn't is refused by name" {
  Refuses 'INVALID_ARGUMENT: .*"net7".* only eth0' RunPodSandbox "$(SandboxConfig odd \
    "$(Annotation crimux.io/nics '[{interface: net7}]')")"
  Refuses 'INVALID_ARGUMENT: .*crimux.io/nics.* means nothing' RunPodSandbox "$(SandboxConfig odd \
    "$(Annotation crimux.io/nics '[{interface: eth0, model: ne2k}]')")"
}
