# Networks of VM pods, on bridges, of each binding, and with host ports of a network namespace of their own.
load helpers

setup_file() {
  TestbedCreate
  TestbedCreateNet
  mkdir "$TESTBED/bin"
  install "$BATS_TEST_DIRNAME/networks/second" "$TESTBED/bin/second"
  SECOND=${BRIDGE}b SECOND_SUBNET=$(FreeSubnet)
  export SECOND SECOND_SUBNET
  PREFIX6=fd$((RANDOM % 90 + 10)):$((RANDOM % 9000 + 1)):1:1:
  export PREFIX6
  MakeImage guest6
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  TestbedStartFileServer
  CNI_BIN_DIR="$TESTBED/bin, /usr/lib/cni" TestbedWriteVmOnlyConfig
  TestbedStartCrimuxd
}

teardown_file() { StopTestbed; }

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

# VmWith NAME ANNOTATION...: starts a VM pod with more annotations, each as "key: value".
VmWith() {
  local name=$1 lines
  shift
  lines=$(printf '    %s\\n' "$@")
  VmPod "$name" "$VM_IMAGE_PREFIX/guest6.qcow2" | sed "s|^  annotations:|&\n${lines%\\n}|" | RunPod
  WaitUntil 90 "the guest of $name" LogHas "$name" 'ready, address'
}

# All that talks to guests does so from the testbed's namespace.
InGuest() {
  InTestbedNet ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ConnectTimeout=10 "root@$1" "${@:2}" </dev/null
}

Page() {
  InTestbedNet curl -gfsS --max-time 10 "$@"
}

@test "A pod with two networks boots with two cards, each as the annotations want it" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")" \
    "$(jq -n --argjson delegate "$(Bridge "$SECOND" "$SECOND_SUBNET.0/24" | jq 'del(.ipam.routes)')" \
      '{type: "second", $delegate}')"
  VmWith two 'crimux.io/vcpus: "2"' 'crimux.io/nics: "[{interface: net1, queues: 2, mtu: 1300}]"'
  WaitUntil 20 "the second address" LogHas two "eth1 has $SECOND_SUBNET\."
  address=$(PodAddress two)
  [[ $address == "$SUBNET".* ]]
  guest=$(InGuest "$address" 'ip -4 addr; ip route; ls /sys/class/net/eth1/queues; uname -n')
  Contains "$guest" "inet $address/24 .* eth0"
  second=$(sed -nE "s|.*inet ($SECOND_SUBNET\.[0-9]+)/24 .* eth1|\1|p" <<<"$guest")
  Contains "$guest" 'eth0: .* mtu 1400 '
  Contains "$guest" 'eth1: .* mtu 1300 '
  Contains "$guest" 'rx-1'
  [[ $(grep -c '^default' <<<"$guest") == 1 ]]
  Contains "$(Page "http://$address/")" 'hello from two'
  Contains "$(Page --interface "$SECOND" "http://$second/")" 'hello from two'
}

@test "A card for an interface that the pod hasn't is refused by name" {
  Refuses 'INVALID_ARGUMENT: .*"net7".* only eth0' RunPodSandbox "$(SandboxConfig odd \
    "$(Annotation crimux.io/nics '[{interface: net7}]')")"
  Refuses 'INVALID_ARGUMENT: .*crimux.io/binding.*' RunPodSandbox "$(SandboxConfig odd \
    "$(Annotation crimux.io/binding nat)")"
  Refuses 'INVALID_ARGUMENT: .*crimux.io/nics.* means nothing' RunPodSandbox "$(SandboxConfig odd \
    "$(Annotation crimux.io/nics '[{interface: eth0, model: ne2k}]')")"
}

@test "A pod with IPv6 alone boots, and what serves it isn't heard outside" {
  Network "$(Bridge "$BRIDGE" "$PREFIX6:/64")"
  Capture
  VmWith six
  address=$(PodAddress six)
  [[ $address == "$PREFIX6:"* ]]
  Contains "$(Page "http://[$address]/")" "hello from six at $address"
  guest=$(InGuest "$address" 'ip -6 route; cat /etc/resolv.conf; cat /sys/class/net/eth0/mtu; uname -n')
  Contains "$guest" '^default via fe80::6372:696d:7578:1 dev eth0 '
  Contains "$guest" "^$PREFIX6:/64 dev eth0"
  Contains "$guest" '^six$'
  # By the router, to an address that is on no link of the guest's.
  InTestbedNet ip -6 addr add fd00:ffff::1/128 dev "$BRIDGE" nodad
  InGuest "$address" ping6 -c 2 -W 10 fd00:ffff::1
  seen=$(Captured)
  Contains "$seen" 'echo request'
  # Solicitations of routers are the pod's link's own, while the plugins make it.
  run ! grep -E 'router advertisement|dhcp6|6372:696d' <<<"$seen"
}

@test "A dual-stack pod boots with both addresses" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24" "$PREFIX6:/64")"
  VmWith both
  WaitUntil 30 "the IPv6 address" LogHas both "eth0 has $PREFIX6:"
  addresses=$(Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId both)\"" | Field ip)
  [[ $(wc -l <<<"$addresses") == 2 ]]
  Contains "$(Page "http://$(head -n 1 <<<"$addresses")/")" 'hello from both'
  Contains "$(Page "http://[$(tail -n 1 <<<"$addresses")]/")" 'hello from both'
}

@test "A DHCP server that is killed comes back, and serves the guest" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")"
  VmWith served
  first=$(DnsmasqPid)
  kill -s KILL "$first"
  WaitUntil 20 "another DHCP server" HasOtherDnsmasq "$first"
  InGuest "$(PodAddress served)" 'udhcpc -n -q -t 5 -T 2 -i eth0 -s /bin/true'
}

DnsmasqPid() {
  Processes | awk '$2 ~ /dnsmasq$/ {print $1}'
}

HasOtherDnsmasq() {
  [[ -n $(DnsmasqPid) && $(DnsmasqPid) != "$1" ]]
}

@test "A host port leads to the guest, and goes with the pod" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")" '{"type": "portmap", "capabilities": {"portMappings": true}}'
  { VmPod ported "$VM_IMAGE_PREFIX/guest6.qcow2"; echo '      ports: [{containerPort: 80, hostPort: 8088}]'; } |
    RunPod
  WaitUntil 90 "the guest" LogHas ported 'ready, address'
  Contains "$(Page "http://$SUBNET.1:8088/")" 'hello from ported'
  Crimuxctl rm ported
  run ! Page "http://$SUBNET.1:8088/"
  [[ -z $(InTestbedNet iptables-save -t nat | grep 8088) ]]
}

@test "A masqueraded guest has a private address; the pod's is in its namespace, and leads to it" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24" "$PREFIX6:/64")" \
    '{"type": "portmap", "capabilities": {"portMappings": true}}'
  Capture
  {
    VmPod hidden "$VM_IMAGE_PREFIX/guest6.qcow2" |
      sed 's|^  annotations:|&\n    crimux.io/binding: masquerade|'
    echo '      ports: [{containerPort: 80, hostPort: 8089}]'
  } | RunPod
  WaitUntil 90 "the guest" LogHas hidden 'ready, address 10\.0\.2\.2'
  WaitUntil 30 "the IPv6 address" LogHas hidden 'eth0 has fd10:0:2::2'
  addresses=$(Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId hidden)\"" | Field ip)
  address=$(head -n 1 <<<"$addresses")
  [[ $address == "$SUBNET".* ]]
  Contains "$(InPod hidden ip -o -4 addr show eth0)" "inet $address/24"
  # In: from the node in both families, by the host port, and by port-forward.
  Contains "$(Page "http://$address/")" 'hello from hidden'
  Contains "$(Page "http://[$(tail -n 1 <<<"$addresses")]/")" 'hello from hidden'
  Contains "$(Page "http://$SUBNET.1:8089/")" 'hello from hidden'
  Contains "$(Forwarded hidden)" 'hello from hidden'
  # Out: as the pod.
  guest=$(InGuest "$address" "ip -4 addr show eth0; ip route; uname -n; ping -c 1 -W 10 $SUBNET.1;
    ping6 -c 1 -W 10 ${PREFIX6}:1")
  Contains "$guest" 'inet 10\.0\.2\.2/30'
  Contains "$guest" '^default via 10\.0\.2\.1 '
  Contains "$guest" '^hidden$'
  # All of this is still there for another crimuxd.
  TestbedStop crimuxd KILL
  TestbedStartCrimuxd
  Contains "$(Page "http://$address/")" 'hello from hidden'
  InGuest "$address" 'udhcpc -n -q -t 5 -T 2 -i eth0 -s /bin/true'
  seen=$(Captured)
  Contains "$seen" "$address > $SUBNET.1: ICMP echo request"
  Contains "$seen" "$(tail -n 1 <<<"$addresses") > ${PREFIX6}:1: ICMP6, echo request"
  run ! grep -E '10\.0\.2\.|fd10:0:2:|router advertisement|dhcp6|BOOTP' <<<"$seen"
}

@test "A guest on a macvtap has the pod's address by DHCP, which isn't heard outside" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")"
  Capture
  VmWith direct 'crimux.io/vcpus: "2"' 'crimux.io/nic-queues: "2"' 'crimux.io/binding: macvtap'
  address=$(PodAddress direct)
  [[ $address == "$SUBNET".* ]]
  Contains "$(InPod direct ip -d link show tap0)" 'macvtap mode bridge'
  Contains "$(Page "http://$address/")" "hello from direct at $address"
  guest=$(InGuest "$address" "ip route; ls /sys/class/net/eth0/queues; ping -c 1 -W 10 $SUBNET.1;
    udhcpc -n -q -t 5 -T 2 -i eth0 -s /bin/true && echo served")
  Contains "$guest" "^default via $SUBNET\.1 "
  Contains "$guest" 'rx-1'
  Contains "$guest" '^served$'
  TestbedStop crimuxd KILL
  TestbedStartCrimuxd
  Contains "$(Page "http://$address/")" 'hello from direct'
  seen=$(Captured)
  Contains "$seen" "$address > $SUBNET.1: ICMP echo request"
  run ! grep -E 'BOOTP|169\.254\.75\.' <<<"$seen"
}

# InPod POD COMMAND...: in the pod's network namespace.
InPod() {
  nsenter "--net=$TESTBED/netns/crimux-$(SandboxId "$1")" "${@:2}"
}

# The page of a guest, by crictl's port-forward if there is one.
Forwarded() {
  local port
  [[ -n $CRICTL ]] || { Page "http://$(PodAddress "$1")/"; return; }
  : >>"$TESTBED/crictl.yaml"
  Spawn forward "$CRICTL" --config "$TESTBED/crictl.yaml" --runtime-endpoint "unix://$CRIMUX_SOCKET" \
    port-forward "$(SandboxId "$1")" :80
  WaitUntil 20 "the forwarded port" grep -q '^Forwarding from 127' "$TESTBED/log/forward"
  port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) -> 80$/\1/p' "$TESTBED/log/forward")
  Page "http://127.0.0.1:$port/"
  TestbedStop forward
}

@test "A limit of bandwidth holds for what the guest receives and sends" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")" '{"type": "bandwidth", "capabilities": {"bandwidth": true}}'
  VmWith slow 'kubernetes.io/ingress-bandwidth: 8M' 'kubernetes.io/egress-bandwidth: 4M'
  address=$(PodAddress slow)
  # 3 MiB at a MB/s, and 2 MiB at half of it; the first MBit is free.
  received=$(Seconds InTestbedNet sh -c "head -c 3145728 /dev/zero | ssh -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@$address 'cat >/dev/null'")
  sent=$(Seconds InGuest "$address" head -c 2097152 /dev/zero)
  echo "received 3 MiB in $received s, sent 2 MiB in $sent s"
  ((received >= 3 && sent >= 4))
}

@test "A hundred pods, twenty at a time, come and go, and leave nothing" {
  Network "$(Bridge "$BRIDGE" "$SUBNET.0/24")" '{"type": "portmap", "capabilities": {"portMappings": true}}'
  # The plugins' own bridge and chains come with the first pod, and stay.
  RunNumbered 0
  RemoveNumbered 0
  rm "$TESTBED/pod.0"
  before=$(NetworkState)
  InTwenties RunNumbered
  [[ $(Cri ListPodSandbox | grep -c '^items') == 100 ]]
  [[ $(cat "$TESTBED"/pod.* | sort -u | wc -l) == 100 ]]
  [[ $(InTestbedNet ip -o link show master "$BRIDGE" | wc -l) == 100 ]]
  InTwenties RemoveNumbered
  [[ -z $(Cri ListPodSandbox) ]]
  NothingLeft
  diff <(echo "$before") <(NetworkState)
}

# A pod for each number; every third is masqueraded, every fifth has a host port.
RunNumbered() {
  local more=
  (($1 % 3)) || more+=' annotations {key: "crimux.io/binding" value: "masquerade"}'
  (($1 % 5)) || more+=" port_mappings {container_port: 80 host_port: $((20000 + $1))}"
  Cri RunPodSandbox "config {metadata {name: \"pod-$1\" uid: \"uid-$1\" namespace: \"many\"}$more}
    runtime_handler: \"vm\"" | Field pod_sandbox_id >"$TESTBED/pod.$1"
}

RemoveNumbered() {
  Cri StopPodSandbox "pod_sandbox_id: \"$(<"$TESTBED/pod.$1")\""
  Cri RemovePodSandbox "pod_sandbox_id: \"$(<"$TESTBED/pod.$1")\""
}

# InTwenties COMMAND: with each number up to 100.
InTwenties() {
  local first i jobs
  for ((first = 1; first <= 100; first += 20)); do
    jobs=()
    for ((i = first; i < first + 20; ++i)); do
      "$1" "$i" 3>&- &
      jobs+=($!)
    done
    for i in "${jobs[@]}"; do wait "$i"; done
  done
}

# Links and rules of the testbed's namespace; counters and handles don't matter.
NetworkState() {
  InTestbedNet ip -o link | sed 's/^[0-9]*: //; s/@.*//; s/:.*//' | sort
  InTestbedNet nft list ruleset | sed 's/counter packets [0-9]* bytes [0-9]*//' | grep -v '^$' || true
}

# Seconds COMMAND...: the whole seconds that it takes.
Seconds() {
  local begin=$EPOCHSECONDS
  "$@" >/dev/null
  echo $((EPOCHSECONDS - begin))
}

# What passes the bridge, from now on, but for the pods' own side of it.
Capture() {
  InTestbedNet ip link add "$BRIDGE" type bridge 2>/dev/null || true  # it may be there
  InTestbedNet ip link set "$BRIDGE" up
  Spawn capture tcpdump -Z root --immediate-mode -U -n -i "$BRIDGE" -w "$TESTBED/capture"
  WaitUntil 10 "the capture" grep -q '^tcpdump: listening' "$TESTBED/log/capture"
}

Captured() {
  TestbedStop capture INT
  tcpdump -n -r "$TESTBED/capture" 2>/dev/null
}
