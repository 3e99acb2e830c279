# What pods and daemons leave behind, and how to get rid of it.

# What pods have left: to be called while the daemons run and no pod should be there.
TestbedLeftovers() {
  find "$TESTBED/netns" "$TESTBED/containerd/state/netns" -mindepth 1 2>/dev/null |
    sed 's/^/namespace: /'
  ip -o link show master "$BRIDGE" 2>/dev/null | sed 's/^/link: /'
  find "$TESTBED/cni/ipam" -name '10.*' 2>/dev/null | sed 's/^/address: /'
  find "$TESTBED/cni/cache" -type f 2>/dev/null | sed 's/^/CNI result: /'
  Processes | grep -E ' (/usr/bin/)?(qemu-|dnsmasq|containerd-shim)' | sed 's/^/process: /'
  find "$TESTBED"/vm/{sandboxes,containers,sock} -mindepth 1 2>/dev/null | sed 's/^/file: /'
  find "$TESTBED/vm" -path '*/etc/*' -name '*.xml' 2>/dev/null | sed 's/^/domain: /'
  Cgroups | comm -13 "$TESTBED/cgroups" - | sed 's/^/cgroup: /'
}

# Cgroups of containers, by their names, which are ids.
Cgroups() {
  find /sys/fs/cgroup -mindepth 2 -type d -regextype posix-basic -regex '.*[0-9a-f]\{64\}.*' 2>/dev/null | sort
}

# Parents of containers' cgroups that were not there before.
RemoveCgroupParents() {
  local directory
  for directory in /sys/fs/cgroup/{*/,}k8s.io; do
    grep -qxF "$directory" "$TESTBED/cgroup_parents" || rmdir "$directory" 2>/dev/null
  done
  return 0
}

# Everything outside $TESTBED that bears its name.
TestbedTraces() {
  Processes
  Mounts
  ip -o link show "$BRIDGE" 2>/dev/null
  ip -o link show master "$BRIDGE" 2>/dev/null
  ls -d "$TESTBED" 2>/dev/null
}

# "PID command line" of processes that name a path in the testbed, except of those in our own
# process group.
Processes() {
  local file pid line
  for file in /proc/[0-9]*/cmdline; do
    line=$(tr '\0' ' ' 2>/dev/null <"$file") || continue
    pid=${file#/proc/}
    pid=${pid%/cmdline}
    [[ $line == *"$TESTBED/"* && $pid != $$ && $pid != "$BASHPID" ]] && echo "$pid $line"
  done
  return 0
}

Mounts() {
  awk -v base="$TESTBED" 'index($5, base "/") == 1 {print $5}' /proc/self/mountinfo
}

KillRest() {
  local pid rest
  while read -r pid rest; do
    kill -s KILL "$pid" 2>/dev/null
  done < <(Processes | grep -v ' bash .*bats')
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
    ip link delete "$link" 2>/dev/null
  done
  ip link delete "$BRIDGE" 2>/dev/null
  return 0
}
