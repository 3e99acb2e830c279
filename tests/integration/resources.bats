# What `resources:` says holds for a VM: CPU, memory, and other limits while it runs. cgroup v1.
load helpers

setup_file() { StartTestbed guest; }
teardown_file() { StopTestbed; }
setup() { [[ -d /sys/fs/cgroup/memory && -d /sys/fs/cgroup/cpu ]] || skip "no cgroup v1 here"; }
teardown() {
  RemovePodsAndCheck
}

# Cgroup CONTROLLER POD: the folder of the VM's.
Cgroup() {
  echo "/sys/fs/cgroup/$1/$BRIDGE/$(ContainerId "$2")"
}

# Update POD RESOURCES: as protobuf's text.
Update() {
  Cri UpdateContainerResources "container_id: \"$(ContainerId "$1")\" linux {$2}"
}

# What ContainerStatus says of the pod's resources.
Told() {
  Cri ContainerStatus "container_id: \"$(ContainerId "$1")\"" | sed -n '/^  resources {/,/^  }/p'
}

# CpuShare POD SECONDS: what the VM has used of one CPU, in percent; and how often it was held back.
CpuShare() {
  local file throttled before begin after end
  file=$(Cgroup cpuacct "$1")/cpuacct.usage
  throttled=$(Throttled "$1")
  before=$(<"$file") begin=$(date +%s%N)
  sleep "$2"
  after=$(<"$file") end=$(date +%s%N)
  echo $(((after - before) * 100 / (end - begin))) $(($(Throttled "$1") - throttled))
}

Throttled() {
  sed -n 's/^nr_throttled //p' "$(Cgroup cpu "$1")/cpu.stat"
}

# Burn POD: one endless loop in the guest.
Burn() {
  Ssh "$(PodAddress "$1")" 'while :; do :; done >/dev/null 2>&1 & '
}

# Hog ADDRESS: a guest that takes 100 MiB, after a moment.
Hog() {
  Ssh "$1" 'mkdir /m && mount -t tmpfs -o size=100% none /m
    { sleep 2; dd if=/dev/zero of=/m/x bs=64k count=1600; } >/dev/null 2>&1 &'
}

# LimitPod POD: the pod's own limit is little above what its VM has, as the kubelet would have it where
# the RuntimeClass has no overhead.
LimitPod() {
  local used
  used=$(<"$(Cgroup memory "$1")/memory.usage_in_bytes")
  echo $((used + (16 << 20))) >"/sys/fs/cgroup/memory/$BRIDGE/memory.limit_in_bytes"
}

# In the guest, in KiB.
GuestMemory() {
  Ssh "$(PodAddress "$1")" cat /proc/meminfo | sed -n "s/^$2: *\([0-9]*\) kB/\1/p"
}

# LeakUntil POD BYTES: a process in the VM's memory cgroup that takes memory, as a QEMU would that leaks,
# until there is so much in it. Prints its process id, once it has all.
LeakUntil() {
  local folder bytes pid
  folder=$(Cgroup memory "$1")
  bytes=$(($2 - $(<"$folder/memory.usage_in_bytes")))
  rm -f "$TESTBED/leak"
  sh -c "echo \$\$ >$folder/cgroup.procs
    exec python3 -uc 'import time; x = b\"x\" * $bytes; print(\"held\"); time.sleep(1000)'" \
    >"$TESTBED/leak" 3>&- &
  pid=$!
  until grep -q held "$TESTBED/leak" || ! IsAlive "$pid"; do sleep 0.1; done
  echo "$pid"
}

IsGone() {
  ! IsAlive "$1"
}

@test "All processes of a VM are in its cgroup, whose limits are the container's" {
  VmPod web "$VM_IMAGE_PREFIX/guest.qcow2" 'volumes: [{name: data, emptyDir: {}}]' |
    sed '$a\      volumeMounts: [{name: data, mountPath: /data}]' | RunPod
  WaitUntil 90 "the guest" LogHas web 'ready, address'
  local controller qemu pids pid
  qemu=$(QemuPid)
  pids=$(pgrep -f "virtiofsd.*$TESTBED")
  [[ -n $pids ]]
  for controller in cpu cpuacct cpuset memory pids; do
    for pid in $qemu $pids; do grep -qx "$pid" "$(Cgroup $controller web)/cgroup.procs"; done
  done
  # Every thread of it.
  [[ $(wc -l <"$(Cgroup cpu web)/tasks") -ge $(ls "/proc/$qemu/task" | wc -l) ]]
  limit=$(<"$(Cgroup memory web)/memory.limit_in_bytes")
  ((limit > 192 << 20 && limit < (192 + 1024) << 20))
  Contains "$(Told web)" "memory_limit_in_bytes: $((192 << 20))"
  echo "# QEMU uses $(($(<"$(Cgroup memory web)/memory.max_usage_in_bytes") >> 20)) MiB of $((limit >> 20))" >&3
}

@test "A CPU burner is held to its quota, before and after an update" {
  StartVm burner guest
  Burn burner
  Update burner 'cpu_period: 100000 cpu_quota: 5000'
  read -r share throttled <<<"$(CpuShare burner 6)"
  echo "# quota 5 %: used $share %, held back $throttled times" >&3
  ((share <= 6 && throttled > 0))
  # No more than even a busy machine has to give.
  Update burner 'cpu_quota: 20000 cpu_shares: 512'
  Contains "$(Told burner)" 'cpu_quota: 20000'
  [[ $(<"$(Cgroup cpu burner)/cpu.shares") == 512 ]]
  read -r share throttled <<<"$(CpuShare burner 6)"
  echo "# quota 20 %: used $share %, held back $throttled times" >&3
  ((share <= 22 && share > 10 && throttled > 0))
}

@test "A guest that uses all its memory lives; its OOM is its own affair" {
  StartVm full guest
  qemu=$(QemuPid)
  address=$(PodAddress full)
  Ssh "$address" 'mkdir /m && mount -t tmpfs -o size=100% none /m'
  kib=$(($(GuestMemory full MemAvailable) - 16384))
  Ssh "$address" "dd if=/dev/zero of=/m/x bs=64k count=$((kib / 64)) 2>&1"
  Answers "$address"
  [[ $(QemuPid) == "$qemu" ]]
  echo "# the guest filled $((kib >> 10)) MiB; the cgroup has" \
    "$(($(<"$(Cgroup memory full)/memory.usage_in_bytes") >> 20)) MiB" >&3
  Contains "$(<"$(Cgroup memory full)/memory.oom_control")" 'oom_kill 0'
}

@test "A VM that the kernel kills for want of memory is OOMKilled, with exit code 137" {
  StartVm hog guest
  address=$(PodAddress hog)
  id=$(ContainerId hog)
  LimitPod hog
  Hog "$address"
  WaitUntil 30 "the end" HasState hog CONTAINER_EXITED
  status=$(Cri ContainerStatus "container_id: \"$id\"")
  Contains "$status" 'reason: "OOMKilled"'
  Contains "$status" 'exit_code: 137'
  WaitUntil 5 "its cgroup to go" test ! -e "/sys/fs/cgroup/memory/$BRIDGE/$id"
}

@test "An OOM kill while crimuxd is down is known afterwards" {
  StartVm hog guest
  address=$(PodAddress hog)
  LimitPod hog
  qemu=$(QemuPid)
  TestbedStop crimuxd KILL
  Hog "$address"
  WaitUntil 60 "the end of QEMU" test ! -e "/proc/$qemu"
  TestbedStartCrimuxd
  WaitUntil 30 "the end" HasState hog CONTAINER_EXITED
  Contains "$(Cri ContainerStatus "container_id: \"$(ContainerId hog)\"")" 'reason: "OOMKilled"'
}

@test "What QEMU may leak under one limit, it is killed for under the next" {
  StartVm leaky guest
  # The kernel is to take QEMU, not what leaks in its stead.
  echo 1000 >"/proc/$(QemuPid)/oom_score_adj"
  folder=$(Cgroup memory leaky)
  limit=$(<"$folder/memory.limit_in_bytes")
  leak=$(LeakUntil leaky $((limit - (24 << 20))))
  Contains "$(<"$folder/memory.oom_control")" 'oom_kill 0'
  kill -s KILL "$leak"
  WaitUntil 10 "the leak's end" IsGone "$leak"
  Update leaky "memory_limit_in_bytes: $((128 << 20))"
  [[ $(<"$folder/memory.limit_in_bytes") == $((limit - (64 << 20) - (512 << 10))) ]]
  leak=$(LeakUntil leaky $((limit - (24 << 20))))
  WaitUntil 30 "the end" HasState leaky CONTAINER_EXITED
  # What is left in a cgroup that is removed, if it is that quick, goes with it.
  kill -s KILL "$leak" 2>/dev/null || true
  Contains "$(Cri ContainerStatus "container_id: \"$(ContainerId leaky)\"")" 'reason: "OOMKilled"'
}

@test "Memory goes down and up again by the guest's balloon, and no further than it was" {
  StartVm balloon guest
  before=$(GuestMemory balloon MemTotal)
  limit=$(<"$(Cgroup memory balloon)/memory.limit_in_bytes")
  Update balloon "memory_limit_in_bytes: $((144 << 20))"
  down=$(GuestMemory balloon MemTotal)
  echo "# the guest had $before KiB, has $down" >&3
  ((before - down > 40000 && before - down < 60000))
  (($(<"$(Cgroup memory balloon)/memory.limit_in_bytes") < limit - (40 << 20)))
  Contains "$(Told balloon)" "memory_limit_in_bytes: $((144 << 20))"
  Update balloon "memory_limit_in_bytes: $((192 << 20))"
  [[ $(GuestMemory balloon MemTotal) == "$before" ]]
  run -1 Update balloon "memory_limit_in_bytes: $((193 << 20))"
  Contains "$output" '^FAILED_PRECONDITION: .*crimux.io/max-memory'
  Contains "$(Told balloon)" "memory_limit_in_bytes: $((192 << 20))"
}

@test "vCPUs and memory grow to the maxima of the pod's annotations" {
  VmPod grow "$VM_IMAGE_PREFIX/guest.qcow2" |
    sed '/target-runtime/a\    crimux.io/max-vcpus: "2"\n    crimux.io/max-memory: 256Mi' | RunPod
  WaitUntil 90 "the guest" LogHas grow 'ready, address'
  address=$(PodAddress grow)
  [[ $(Ssh "$address" cat /sys/devices/system/cpu/present) == 0 ]]
  before=$(GuestMemory grow MemTotal)
  Update grow "cpu_period: 100000 cpu_quota: 150000 memory_limit_in_bytes: $((256 << 20))"
  WaitUntil 10 "the guest's second CPU" GuestHasCpu "$address" 1
  Ssh "$address" 'echo 1 >/sys/devices/system/cpu/cpu1/online || true'
  [[ $(Ssh "$address" nproc) == 2 ]]
  (($(GuestMemory grow MemTotal) - before > 60000))
  run -1 Update grow 'cpu_quota: 250000'
  Contains "$output" '^FAILED_PRECONDITION: .*crimux.io/max-vcpus'
  Contains "$(Told grow)" 'cpu_quota: 150000'
}

GuestHasCpu() {
  Ssh "$1" test -d "/sys/devices/system/cpu/cpu$2"
}

@test "A cpuset holds QEMU, and pins its vCPU; limits outlive crimuxd, and go with the pod" {
  StartVm pinned guest
  Update pinned 'cpuset_cpus: "1" cpu_quota: 50000 cpu_period: 100000'
  qemu=$(QemuPid)
  folder=$(Cgroup cpu pinned)
  [[ $(<"$(Cgroup cpuset pinned)/cpuset.cpus") == 1 ]]
  local task status
  for task in /proc/"$qemu"/task/*; do
    # A thread that had nothing to do may end meanwhile.
    status=$(cat "$task/status" 2>/dev/null) || continue
    Contains "$status" '^Cpus_allowed_list:[[:space:]]1$'
  done
  run -1 Update pinned 'cpuset_cpus: "777"'
  Contains "$output" '^INVALID_ARGUMENT: '
  TestbedStop crimuxd KILL
  TestbedStartCrimuxd
  Contains "$(Told pinned)" 'cpuset_cpus: "1"'
  [[ $(<"$folder/cpu.cfs_quota_us") == 50000 ]]
  Update pinned 'cpu_quota: 70000'
  [[ $(<"$folder/cpu.cfs_quota_us") == 70000 ]]
  Crimuxctl rm pinned
  [[ ! -e $folder && ! -e /sys/fs/cgroup/cpu/$BRIDGE ]]
}

@test "A start that dies between QEMU and its guest goes on after a restart, in the cgroup" {
  VmPod broken "$VM_IMAGE_PREFIX/guest.qcow2" >"$TESTBED/broken.yaml"
  DiesAt start.paused Crimuxctl run -f "$TESTBED/broken.yaml"
  WaitUntil 90 "the guest" LogHas broken 'ready, address'
  grep -qx "$(QemuPid)" "$(Cgroup memory broken)/cgroup.procs"
}

@test "A guest lives in hugepages" {
  pages=$(</proc/sys/vm/nr_hugepages)
  echo $((pages + 96)) >/proc/sys/vm/nr_hugepages
  [[ $(</proc/sys/vm/nr_hugepages) == $((pages + 96)) ]] ||
    { echo "$pages" >/proc/sys/vm/nr_hugepages; skip "no hugepages to be had"; }
  free=$(sed -n 's/^HugePages_Free: *//p' /proc/meminfo)
  Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
  sandbox=$(Cri RunPodSandbox "$(SandboxConfig huge)" | Field pod_sandbox_id)
  container=$(Cri CreateContainer "pod_sandbox_id: \"$sandbox\" config {
    metadata {name: \"guest\"} image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"} log_path: \"guest.log\"
    labels {key: \"io.kubernetes.pod.name\" value: \"huge\"}
    linux {resources {memory_limit_in_bytes: $((1 << 30))
      hugepage_limits {page_size: \"2MB\" limit: $((192 << 20))}}}}" | Field container_id)
  Cri StartContainer "container_id: \"$container\""
  WaitUntil 90 "the guest" LogHas huge 'ready, address'
  left=$(sed -n 's/^HugePages_Free: *//p' /proc/meminfo)
  Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
  echo "$pages" >/proc/sys/vm/nr_hugepages
  ((free - left == 96))
}
