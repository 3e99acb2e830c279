# The programs that a benchmark runs: nginx, runtimes with many pods, load, and their use of memory and
# CPU.

# StartNginx NAME SOCKET: passes gRPC on to the socket. Listens on $TESTBED/NAME.sock.
StartNginx() {
  local name=$1 kind
  {
    cat <<END
user root;
worker_processes 1;
daemon off;
pid $TESTBED/$name.pid;
error_log $TESTBED/log/$name-error;
events { worker_connections 256; }
http {
  access_log off;
END
    for kind in client_body proxy fastcgi uwsgi scgi; do
      echo "  ${kind}_temp_path $TESTBED/$name-$kind;"
    done
    cat <<END
  keepalive_requests 100000000;
  upstream runtime {
    server unix:$2;
    keepalive 64;
    keepalive_requests 100000000;
  }
  server {
    listen unix:$TESTBED/$name.sock http2;
    http2_max_concurrent_streams 1024;
    location / { grpc_pass grpc://runtime; }
  }
}
END
  } >"$TESTBED/$name.conf"
  Spawn "$name" nginx -c "$TESTBED/$name.conf"
  WaitUntil 10 "nginx" test -S "$TESTBED/$name.sock"
}

# StartRuntime NAME PODS [fresh]: a runtime on $TESTBED/NAME.sock whose ids begin with its name; fresh:
# see runtime_process.cc.
StartRuntime() {
  rm -f "$TESTBED/$1.sock"
  Spawn "$1" "$BENCH_BIN/bench_runtime" "$TESTBED/$1.sock" "$1" "${@:2}"
  WaitUntil 10 "the runtime $1" test -S "$TESTBED/$1.sock"
}

# A crimuxd in front of the runtimes a and b, without the VM runtime.
StartCrimuxBetween() {
  cat >"$TESTBED/crimux.yaml" <<END
listen: $CRIMUX_SOCKET
status: $STATUS_SOCKET
lastKnownDir: $TESTBED/last-known
runtimes:
  - {name: a, endpoint: "unix://$TESTBED/a.sock", default: true, listTimeout: 500ms}
  - {name: b, endpoint: "unix://$TESTBED/b.sock", listTimeout: 500ms}
routes:
  - {runtime: b, handler: b}
END
  TestbedStartCrimuxd
}

# RestartBoth PODS [fresh]: both runtimes with so many pods each, and another crimuxd.
RestartBoth() {
  TestbedStop crimuxd
  TestbedStop a KILL
  TestbedStop b KILL
  StartRuntime a "$@"
  StartRuntime b "$@"
  StartCrimuxBetween
}

# H2load SOCKET METHOD CALLS CONNECTIONS STREAMS: h2load's report of empty messages sent there.
H2load() {
  [[ -e $TESTBED/empty.bin ]] || printf '\0\0\0\0\0' >"$TESTBED/empty.bin"
  h2load -n "$3" -c "$4" -m "$5" -d "$TESTBED/empty.bin" -H 'content-type: application/grpc' \
    -H 'te: trailers' -B "unix:$1" "http://localhost/runtime.v1.RuntimeService/$2"
}

# Load ARGUMENT...: see load.cc; its lines go to $TESTBED/load.
Load() {
  "$BENCH_BIN/bench_load" "$@" >"$TESTBED/load"
}

# Figure TARGET COLUMN: of the last Load; columns: mean p50 p99 max failed. Microseconds.
Figure() {
  awk -v target="$1" -v column="$2" '
    BEGIN {split("mean p50 p99 max failed", names); for (i in names) index_of[names[i]] = i + 1}
    $1 == target {print $index_of[column]}' "$TESTBED/load"
}

# Resident memory of a process, in MiB.
Rss() {
  awk '/^VmRSS:/ {print $2 / 1024}' "/proc/$(PidOf "$1")/status"
}

# CPU time of a process so far, in milliseconds.
CpuTime() {
  sed 's/.*) //' "/proc/$(PidOf "$1")/stat" | awk -v ticks="$(getconf CLK_TCK)" \
    '{print ($12 + $13) * 1000 / ticks}'
}
