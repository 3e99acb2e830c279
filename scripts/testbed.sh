# A testbed, to be sourced: a containerd and a crimuxd of one's own, and a file server for disk
# images, all below one temporary folder. Nothing outside it is touched but one bridge and one
# parent of cgroups. All memory is in files, so that any process that knows $TESTBED can go on.
#
#   TestbedCreate                sets and exports the variables below
#   TestbedStartContainerd       with the images $BUSYBOX_IMAGE and $PAUSE_IMAGE; more by name
#   TestbedStartFileServer       serves $TESTBED/www; sets VM_IMAGE_PREFIX
#   TestbedStartCrimuxd          with $TESTBED/crimux.yaml, which TestbedWriteConfig wrote
#   TestbedStartRegistry         an image registry on the loopback; sets REGISTRY
#   TestbedCreateNet             first of all: everything in a network namespace of its own
#   TestbedStop NAME [SIGNAL]    ends one of these: crimuxd, containerd, files, registry
#   TestbedLeftovers             lists what pods have left behind
#   TestbedDestroy               ends and removes everything; 1 when something withstood
#
# Variables: TESTBED (the folder), CRIMUX_SOCKET, STATUS_SOCKET, CONTAINERD_SOCKET, SUBNET (a /24,
# "10.1.2"), BRIDGE (its name; "/$BRIDGE" is the parent of the pods' cgroups, too), CRIMUX_BIN
# (build/bin unless it is set).

TESTBED_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$TESTBED_SOURCE/scripts/testbed/common.sh"
source "$TESTBED_SOURCE/scripts/testbed/containerd.sh"
source "$TESTBED_SOURCE/scripts/testbed/crimuxd.sh"
source "$TESTBED_SOURCE/scripts/testbed/cri.sh"
source "$TESTBED_SOURCE/scripts/testbed/registry.sh"
source "$TESTBED_SOURCE/scripts/testbed/leftovers.sh"

export BUSYBOX_IMAGE=crimux.test/busybox:1
export PAUSE_IMAGE=crimux.test/pause:1
export CRIMUX_CACHE=${CRIMUX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/crimux}

TestbedCreate() {
  # Short, since Unix sockets lie below it; open, since QEMU's user must get through.
  TESTBED=$(mktemp -d /tmp/cxXXXX)
  chmod 755 "$TESTBED"
  mkdir -p "$TESTBED"/{pids,log,pods,www,netns,cni/conf,cni/ipam,cni/cache}
  BRIDGE=$(basename "$TESTBED")
  SUBNET=$(FreeSubnet)
  CRIMUX_BIN=${CRIMUX_BIN:-$TESTBED_SOURCE/build/bin}
  CRIMUX_SOCKET=$TESTBED/crimux.sock
  STATUS_SOCKET=$TESTBED/status.sock
  CONTAINERD_SOCKET=$TESTBED/containerd.sock
  export TESTBED BRIDGE SUBNET CRIMUX_BIN CRIMUX_SOCKET STATUS_SOCKET CONTAINERD_SOCKET
  # The bridge plugin switches forwarding on.
  cat /proc/sys/net/ipv4/ip_forward >"$TESTBED/ip_forward"
  TestbedWriteNetwork
}

# The default network: the bridge plugin with addresses from host-local, as many nodes have it.
TestbedWriteNetwork() {
  cat >"$TESTBED/cni/conf/10-crimux.conflist" <<END
{
  "cniVersion": "0.4.0",
  "name": "crimux-test",
  "plugins": [{
    "type": "bridge",
    "bridge": "$BRIDGE",
    "isGateway": true,
    "mtu": 1400,
    "ipam": {
      "type": "host-local",
      "dataDir": "$TESTBED/cni/ipam",
      "ranges": [[{"subnet": "$SUBNET.0/24"}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
END
}

# Disk images over http, on a free port of the loopback.
TestbedStartFileServer() {
  Spawn files python3 -u "$TESTBED_SOURCE/scripts/testbed/file_server.py" "$TESTBED/www"
  WaitUntil 10 "the file server's port" test -s "$TESTBED/log/files"
  FILE_PORT=$(head -n 1 "$TESTBED/log/files")
  # In image names "__3a" stands for ":", and a first part "http" for the scheme.
  VM_IMAGE_PREFIX=vm.crimux.io/http/127.0.0.1__3a$FILE_PORT
  export FILE_PORT VM_IMAGE_PREFIX
}

TestbedDestroy() {
  local status=0 name
  [[ -d ${TESTBED:-} ]] || return 0
  TestbedStop crimuxd
  KillContainers
  for name in $(Containerds); do TestbedStop "$name"; done
  TestbedStop files
  TestbedStop registry
  KillRest
  UnmountAll
  RemoveLinks
  RemoveCgroups
  cat "$TESTBED/ip_forward" >/proc/sys/net/ipv4/ip_forward || true
  rm -rf "$TESTBED" || status=1
  if [[ -n $(TestbedTraces) ]]; then
    echo "testbed: still there:" >&2
    TestbedTraces >&2
    status=1
  fi
  return $status
}
