# Processes and waiting, for the testbed.

# Starts a program in the background under a name, in the testbed's network namespace if there is one.
# Its output goes to $TESTBED/log/NAME.
Spawn() {
  local name=$1
  shift
  # No descriptor is handed down beside the log: bats waits for whoever holds its own.
  (
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      if [[ $fd -gt 2 ]]; then eval "exec $fd>&-" 2>/dev/null || true; fi
    done
    if [[ -n ${TESTBED_NET:-} ]]; then set -- nsenter "--net=$TESTBED_NET" "$@"; fi
    exec setsid "$@" </dev/null >>"$TESTBED/log/$name" 2>&1
  ) &
  echo $! >"$TESTBED/pids/$name"
  disown $!
}

# A network namespace for all that is spawned from now on: fixed ports and packet filters are then
# nobody else's. Its links end with it.
TestbedCreateNet() {
  TESTBED_NET=$TESTBED/net
  touch "$TESTBED_NET"
  unshare "--net=$TESTBED_NET" ip link set lo up
  export TESTBED_NET
}

InTestbedNet() {
  if [[ -n ${TESTBED_NET:-} ]]; then set -- nsenter "--net=$TESTBED_NET" "$@"; fi
  "$@"
}

PidOf() {
  cat "$TESTBED/pids/$1" 2>/dev/null || true
}

# A zombie counts as ended: who started it may be another process that does not wait for it.
IsAlive() {
  local state
  state=$(ps -o stat= -p "${1:-1073741824}" 2>/dev/null) && [[ $state != Z* ]]
}

IsRunning() {
  IsAlive "$(PidOf "$1")"
}

# WaitUntil SECONDS WHAT COMMAND...: tries the command until it succeeds.
WaitUntil() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      echo "testbed: gave up waiting for $what" >&2
      return 1
    fi
    sleep 0.1
  done
}

IsDown() {
  ! IsRunning "$1"
}

# TestbedStop NAME [SIGNAL]: signals the process and waits for its end; SIGKILL after 20 s.
TestbedStop() {
  local name=$1 pid
  pid=$(PidOf "$name")
  [[ -n $pid ]] || return 0
  kill -s "${2:-TERM}" "$pid" 2>/dev/null || true
  if ! WaitUntil 20 "the end of $name" IsDown "$name"; then
    kill -s KILL "$pid" 2>/dev/null || true
    WaitUntil 10 "the end of $name" IsDown "$name"
  fi
  rm -f "$TESTBED/pids/$name"
}

# The first three numbers of a /24 to which no route leads.
FreeSubnet() {
  local subnet
  while true; do
    subnet=10.$((RANDOM % 100 + 100)).$((RANDOM % 256))
    [[ -n $(ip -4 route show root "$subnet.0/24") ]] || break
  done
  echo "$subnet"
}
