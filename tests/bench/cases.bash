# What is measured; each function prints its rows. `quick` makes all of them short.

# Scaled FULL QUICK
Scaled() {
  if [[ -n $quick ]]; then echo "$2"; else echo "$1"; fi
}

# Mean time of one in flight, in microseconds.
Latency() {
  H2load "$1" "$2" "$(Scaled 4000 200)" 1 1 | awk '/^time for request:/ {
    value = $6; unit = value; sub(/[0-9.]+/, "", unit); sub(/[a-z]+/, "", value)
    print value * (unit == "s" ? 1e6 : unit == "ms" ? 1e3 : 1)
  }'
}

# Requests a second, 32 in flight: 4 connections of 8.
Throughput() {
  H2load "$1" "$2" "$(Scaled 20000 1000)" 4 8 | sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p'
}

# Of METHOD, through the sockets of the array `socket`, in turns.
PassThrough() {
  local method=$1 round path measure
  for ((round = 0; round < rounds; ++round)); do
    for path in direct nginx crimux; do
      for measure in Latency Throughput; do
        $measure "${socket[$path]}" "$method" >>"$TESTBED/$measure-$method-$path"
      done
    done
  done
}

# Medians MEASURE METHOD: sets direct, nginx, crimux.
Medians() {
  direct=$(Median "$TESTBED/$1-$2-direct")
  nginx=$(Median "$TESTBED/$1-$2-nginx")
  crimux=$(Median "$TESTBED/$1-$2-crimux")
}

# Real containerd, VM runtime beside it.
PassThroughRows() {
  local -A socket=([direct]=$CONTAINERD_SOCKET [nginx]=$TESTBED/nginx.sock [crimux]=$CRIMUX_SOCKET)
  local direct nginx crimux added
  TableHead "pass-through, containerd" direct nginx crimux "cr:ng"
  PassThrough Version
  Medians Latency Version
  added=$(Calculate "($crimux - $direct) / ($nginx - $direct)")
  Row "Version, mean of one in flight, us (added)" "$direct" "$nginx" "$crimux" "$added" "<= 1"
  Medians Throughput Version
  Row "Version, calls/s, 32 in flight" "$direct" "$nginx" "$crimux" "$(Calculate "$crimux / $nginx")" ">= 1.3"
  PassThrough ListContainers
  Medians Latency ListContainers
  added=$(Calculate "($crimux - $direct) / ($nginx - $direct)")
  Row "ListContainers, merged with VMs, us (added)" "$direct" "$nginx" "$crimux" "$added"
  Medians Throughput ListContainers
  Row "ListContainers, merged, calls/s" "$direct" "$nginx" "$crimux" "$(Calculate "$crimux / $nginx")"
}

GapRows() {
  local name
  TableHead "a call now and then, ms" direct nginx crimux "p99" "aim, ms"
  for name in "1003 1003 Each 1.003 s" "1000 1100 Each 1.0-1.1 s"; do
    set -- $name
    Load gap Version "$(Scaled 60 3)" "$1" "$2" direct="$TESTBED/a.sock" \
      nginx="$TESTBED/nginx-a.sock" crimux="$CRIMUX_SOCKET"
    GapRow "${name#* * }, p50" p50
    GapRow "${name#* * }, p99" p99 "< 3"
  done
}

# GapRow WHAT COLUMN [LIMIT]
GapRow() {
  local path ms=()
  for path in direct nginx crimux; do ms+=("$(Calculate "$(Figure $path "$2") / 1000")"); done
  Row "$1" "${ms[@]}" "${ms[2]}" "${3:-}"
}

# Runtimes that make their lists anew, as runtimes do; and ones that have them ready, so that nothing
# but gRPC and crimux is left.
MergedRows() {
  local pods kind
  for kind in "" ready; do
    TableHead "merged lists${kind:+, ready-made}, p50 in us" "a alone" "b alone" crimux "cr:slow"
    for pods in 10 100 500; do
      if [[ -z $kind ]]; then RestartBoth "$pods" fresh; else RestartBoth "$pods"; fi
      MergedRow ListPodSandbox "$pods" "$kind"
      MergedRow ListContainers "$pods" "$kind"
    done
  done
}

# MergedRow METHOD PODS KIND
MergedRow() {
  local slower limit=
  Load calls "$1" "$(Scaled 200 20)" "$rounds" a="$TESTBED/a.sock" b="$TESTBED/b.sock" \
    crimux="$CRIMUX_SOCKET"
  slower=$(Calculate "$(Figure a p50) > $(Figure b p50) ? $(Figure a p50) : $(Figure b p50)")
  [[ $2 != 500 || -n $3 ]] || limit="<= 1.3"
  Row "$1, $2 + $2 pods" "$(Figure a p50)" "$(Figure b p50)" "$(Figure crimux p50)" \
    "$(Calculate "$(Figure crimux p50) / $slower")" "$limit"
}

MemoryRows() {
  local idle warm after full
  RestartBoth 500
  sleep 2
  idle=$(Rss crimuxd)
  H2load "$CRIMUX_SOCKET" Version "$(Scaled 100000 2000)" 4 8 >/dev/null
  warm=$(Rss crimuxd)
  H2load "$CRIMUX_SOCKET" Version "$(Scaled 1000000 10000)" 4 8 >/dev/null
  after=$(Rss crimuxd)
  Load calls ListPodSandbox "$(Scaled 500 20)" 1 crimux="$CRIMUX_SOCKET"
  Load calls ListContainers "$(Scaled 500 20)" 1 crimux="$CRIMUX_SOCKET"
  full=$(Rss crimuxd)
  TableHead "memory without the VM runtime, MiB" "" "" RSS "" "aim, MiB"
  Row "idle" - - "$idle" "$idle" "< 30"
  Row "after $(Scaled 100000 2000) calls" - - "$warm" -
  Row "after $(Scaled 1000000 10000) more (growth)" - - "$after" "$(Calculate "$after - $warm")" "< 1"
  Row "after lists of 500 pods a side" - - "$full" -
}

# What a runtime's trouble costs a call that is the other's.
TroubleRows() {
  local up slow down kind
  RestartBoth 100
  # Its lists teach crimux whose sandbox it is.
  Load calls ListPodSandbox 1 1 crimux="$CRIMUX_SOCKET"
  for kind in up slow down; do
    case $kind in
      slow) kill -s STOP "$(PidOf b)" ;;
      down) kill -s CONT "$(PidOf b)"; TestbedStop b KILL ;;
    esac
    # Lists meanwhile, as a kubelet asks for them.
    "$BENCH_BIN/bench_load" gap ListPodSandbox "$(Scaled 5 1)" 1000 1000 crimux="$CRIMUX_SOCKET" \
      >"$TESTBED/lists" &
    Load calls PodSandboxStatus "$(Scaled 2000 100)" "$rounds" crimux="$CRIMUX_SOCKET" \
      --id "a$(printf '%063d' 0)"
    wait $!
    declare "$kind=$(Figure crimux p50)" "${kind}_p99=$(Figure crimux p99)"
    declare "${kind}_list=$(awk '{print $3 / 1000}' "$TESTBED/lists")"
  done
  TableHead "while runtime b is ..." up "slow" "down" "worst:up"
  Row "PodSandboxStatus of a, p50, us" "$up" "$slow" "$down" \
    "$(Calculate "($slow > $down ? $slow : $down) / $up")"
  Row "PodSandboxStatus of a, p99, us" "$up_p99" "$slow_p99" "$down_p99" -
  Row "ListPodSandbox (listTimeout 500 ms), p50, ms" "$up_list" "$slow_list" "$down_list" -
}

# A kubelet with 100 pods a side, steadily polling.
PollingRows() {
  local seconds before_a before_b before
  seconds=$(Scaled 60 10)
  RestartBoth 100
  before=$(CpuTime crimuxd) before_a=$(CpuTime a) before_b=$(CpuTime b)
  Load kubelet "$seconds" 100 crimux="$CRIMUX_SOCKET"
  TableHead "a kubelet's polling, 100 + 100 pods" a b crimux ""
  Row "CPU, ms each second" "$(Calculate "($(CpuTime a) - $before_a) / $seconds")" \
    "$(Calculate "($(CpuTime b) - $before_b) / $seconds")" \
    "$(Calculate "($(CpuTime crimuxd) - $before) / $seconds")" -
  Row "calls that failed" - - "$(Figure crimux failed)" -
}
