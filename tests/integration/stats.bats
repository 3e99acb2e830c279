# What a VM pod is said to use, held against what the guest and the node's /proc say.
load helpers

setup_file() {
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  StartTestbed guest
}
teardown_file() { StopTestbed; }
teardown() {
  local pid
  for pid in $(QemuPid); do kill -s CONT "$pid"; done
  RemovePodsAndCheck
}

# Value FIELD < STATS: the number in the first message of that name that has one, or that stands
# there itself.
Value() {
  awk -v field="$1" '
    $1 == field && $2 == "{" {inside = 1}
    inside && $1 == "value:" {print $2; exit}
    $1 == field ":" {print $2; exit}'
}

ContainerStats() {
  Cri ContainerStats "container_id: \"$(ContainerId "$1")\""
}

PodStats() {
  Cri PodSandboxStats "pod_sandbox_id: \"$(SandboxId "$1")\""
}

# Within A B PERCENT
Within() {
  awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN {
    d = a - b; if (d < 0) d = -d
    exit !(b > 0 && d * 100 <= b * p)
  }' || { echo "$1 is not within $3 % of $2"; return 1; }
}

# In nanoseconds, by hundredths of a second.
CpuOf() {
  local stat words
  stat=$(cat "/proc/$1/stat")
  read -ra words <<<"${stat##*) }"
  echo $(((words[11] + words[12]) * 10000000))
}

# The guest's memory and QEMU's own.
RssOf() {
  awk '/^Rss(Anon|Shmem):/ {sum += $2 * 1024} END {printf "%d\n", sum}' "/proc/$1/status"
}

@test "CPU time is what the node's /proc says, while the guest burns" {
  StartVm web guest
  pid=$(QemuPid)
  first=$(ContainerStats web)
  cpu=$(CpuOf "$pid")
  Ssh "$(PodAddress web)" 'timeout 5 sh -c "while :; do :; done"' || true
  second=$(ContainerStats web)
  cpu=$(($(CpuOf "$pid") - cpu))
  used=$(($(Value usage_core_nano_seconds <<<"$second") - $(Value usage_core_nano_seconds <<<"$first")))
  [[ $used -gt 1000000000 ]]
  Within "$used" "$cpu" 5
  window=$(($(grep -m 1 timestamp <<<"$second" | grep -o '[0-9]*') -
    $(grep -m 1 timestamp <<<"$first" | grep -o '[0-9]*')))
  Within "$(Value usage_nano_cores <<<"$second")" "$((used * 1000 / (window / 1000000)))" 5
}

GuestTellsMemory() {
  [[ -n $(ContainerStats "$1" | Value available_bytes) ]] && AvailableAgrees "$1"
}

AvailableAgrees() {
  local inside
  inside=$(Ssh "$(PodAddress "$1")" "sed -n 's/^MemAvailable: *//p' /proc/meminfo")
  Within "$(ContainerStats "$1" | Value available_bytes)" "$((${inside% kB} * 1024))" 5
}

@test "Memory is what the node's /proc says, and available what the guest itself says" {
  StartVm web guest
  stats=$(ContainerStats web)
  rss=$(RssOf "$(QemuPid)")
  Within "$(Value rss_bytes <<<"$stats")" "$rss" 5
  [[ $(Value usage_bytes <<<"$stats") -ge $rss ]]
  [[ $(Value working_set_bytes <<<"$stats") -ge $rss ]]
  [[ $(Value page_faults <<<"$stats") -gt 0 ]]
  WaitUntil 30 "the guest's memory" GuestTellsMemory web
  # Half of what is left is taken in the guest: the guest says so, and the node holds it.
  Ssh "$(PodAddress web)" 'dd if=/dev/zero of=/tmp/half bs=1M count=40 2>/dev/null'
  WaitUntil 30 "the guest's memory" GuestTellsMemory web
  Within "$(ContainerStats web | Value rss_bytes)" "$(RssOf "$(QemuPid)")" 5
}

@test "Network bytes are what the guest's own interface counts" {
  StartVm web guest
  address=$(PodAddress web)
  head -c 3000000 /dev/urandom >"$TESTBED/noise"
  ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    "root@$address" 'cat >/www/noise' <"$TESTBED/noise"
  curl -fsS --max-time 60 -o "$TESTBED/echo" "http://$address/noise"
  inside=$(Ssh "$address" 'cd /sys/class/net/eth0/statistics; cat rx_bytes tx_bytes')
  stats=$(PodStats web)
  rx=$(Value rx_bytes <<<"$stats") tx=$(Value tx_bytes <<<"$stats")
  Contains "$stats" 'name: "eth0"'
  [[ $rx -gt 3000000 && $tx -gt 3000000 ]]
  Within "$rx" "$(head -n 1 <<<"$inside")" 5
  Within "$tx" "$(tail -n 1 <<<"$inside")" 5
}

@test "The writable layer is what the disks take" {
  StartVm web guest
  # A root disk that outlives its container lies with the pod's.
  disks=$(du -scB1 "$TESTBED/vm/containers/$(ContainerId web)" "$TESTBED"/vm/disks/*/*/root*.qcow2 |
    tail -n 1 | cut -f 1)
  Within "$(ContainerStats web | Value used_bytes)" "$disks" 5
}

# A list that needs no request's body; prints the seconds that it took.
TimeOf() {
  printf '\0\0\0\0\0' | curl -fsS --http2-prior-knowledge --unix-socket "$CRIMUX_SOCKET" \
    -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- -o /dev/null \
    -w '%{time_total}' "http://localhost/runtime.v1.RuntimeService/$1"
}

@test "A VM that hangs delays nobody's statistics, and has its own" {
  StartVm web guest
  kill -s STOP "$(QemuPid)"
  for i in 1 2 3; do
    seconds=$(TimeOf ListPodSandboxStats)
    echo "took $seconds s"
    awk -v s="$seconds" 'BEGIN {exit !(s < 0.2)}'
    sleep 1.1
  done
  Within "$(ContainerStats web | Value rss_bytes)" "$(RssOf "$(QemuPid)")" 5
  kill -s CONT "$(QemuPid)"
  WaitUntil 30 "the guest's memory" GuestTellsMemory web
}

@test "Metrics go by cAdvisor's names, each with its labels' values" {
  StartVm web guest
  Contains "$(Cri ListMetricDescriptors)" 'name: "container_memory_working_set_bytes"'
  metrics=$(Cri ListPodSandboxMetrics)
  Contains "$metrics" "pod_sandbox_id: \"$(SandboxId web)\""
  Contains "$metrics" 'name: "container_cpu_usage_seconds_total"'
  Contains "$metrics" 'name: "container_network_receive_bytes_total"'
  Contains "$metrics" 'label_values: "eth0"'
}

@test "A pod whose VM has ended, and one that was never started, are no error" {
  StartVm web guest
  kill -s KILL "$(QemuPid)"
  WaitUntil 10 "the end" HasState web CONTAINER_EXITED
  Contains "$(Cri ListPodSandboxStats)" "id: \"$(SandboxId web)\""
  Contains "$(ContainerStats web)" used_bytes
}

@test "crictl stats and statsp show a VM pod beside a container pod" {
  [[ -n $CRICTL ]] || skip "skipped: no Go"
  StartVm web guest
  ContainerPod box 'exec sleep 1000' | RunPod
  container=$(ContainerId web) pod=$(SandboxId web)
  stats=$(Crictl stats -o json "$container")
  [[ $(jq -r '.stats[0].attributes.id' <<<"$stats") == "$container" ]]
  Within "$(jq -r '.stats[0].memory.rssBytes.value' <<<"$stats")" "$(RssOf "$(QemuPid)")" 5
  Contains "$(Crictl stats)" "${container:0:13} .*guest"
  Contains "$(Crictl statsp --id "$pod" 2>&1)" "${pod:0:13}"
}
