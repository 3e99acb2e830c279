# What pods and daemons leave behind, and how to get rid of it.

# What pods have left: to be called while the daemons run and no pod should be there.
TestbedLeftovers() (
  set +o pipefail  # folders that are not there have nothing in them
  find "$TESTBED/netns" "$TESTBED"/*/state/netns -mindepth 1 2>/dev/null |
    sed 's/^/namespace: /'
  InTestbedNet ip -o link show master "$BRIDGE" 2>/dev/null | sed 's/^/link: /'
  find "$TESTBED/cni/ipam" -name '10.*' 2>/dev/null | sed 's/^/address: /'
  find "$TESTBED/cni/cache" -type f 2>/dev/null | sed 's/^/CNI result: /'
  Processes | sed -nE '/^[0-9]+ ([^ ]*\/)?(qemu-|dnsmasq|containerd-shim|virtiofsd|swtpm)/s/^/process: /p'
  find "$TESTBED"/vm/{sandboxes,containers,disks,sock} -mindepth 1 2>/dev/null | sed 's/^/file: /'
  find "$TESTBED/vm" -path '*/etc/*' -name '*.xml' 2>/dev/null | sed 's/^/domain: /'
  find "$TESTBED/vm/libvirt/lib/swtpm" -mindepth 1 2>/dev/null | sed 's/^/TPM: /'
  find "$TESTBED/vm/libvirt/run/qemu" -maxdepth 1 -name '*.xml' 2>/dev/null | sed 's/^/state of a domain: /'
  find "$TESTBED/vm/libvirt/lib/qemu" -name 'domain-*' 2>/dev/null | sed 's/^/folder of a domain: /'
  Cgroups | sed 's/^/cgroup: /'
)

# Cgroups of pods, in all hierarchies, the inner ones first.
Cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*/$BRIDGE/*" 2>/dev/null || true
}

RemoveCgroups() {
  local directory
  for directory in $(Cgroups) /sys/fs/cgroup/{*/,}"$BRIDGE"; do
    [[ ! -d $directory ]] || rmdir "$directory" || true
  done
}

# Everything outside $TESTBED that bears its name.
TestbedTraces() {
  Processes
  Mounts
  Cgroups
  ip -o link show "$BRIDGE" 2>/dev/null || true
  ls -d "$TESTBED" 2>/dev/null || true
}

# "PID command line" of processes that name a path in the testbed.
Processes() {
  ps -ewwo pid=,args= | FOLDER="$TESTBED/" awk 'index($0, ENVIRON["FOLDER"]) {$1 = $1; print}'
}

Mounts() {
  awk -v base="$TESTBED" 'index($5, base "/") == 1 {print $5}' /proc/self/mountinfo
}

KillRest() {
  local pid rest
  while read -r pid rest; do
    kill -s KILL "$pid" 2>/dev/null || true
  done < <(Processes)
  WaitUntil 10 "the end of processes" NoProcesses
}

NoProcesses() {
  [[ -z $(Processes) ]]
}

UnmountAll() {
  local mount
  for mount in $(Mounts | tac); do
    umount "$mount" 2>/dev/null || umount -l "$mount"
  done
}

RemoveLinks() {
  local link
  for link in $(ip -o link show master "$BRIDGE" 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
    ip link delete "$link" 2>/dev/null || true
  done
  ip link delete "$BRIDGE" 2>/dev/null || true
}
