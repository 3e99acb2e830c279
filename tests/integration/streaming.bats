# attach and port-forward as people use them: crictl, over SPDY and WebSocket, to VMs and containers.
load helpers

setup_file() {
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  [[ -z $CRICTL ]] || StartTestbed counter
}
teardown_file() { [[ -z $CRICTL ]] || StopTestbed; }
setup() { [[ -n $CRICTL ]] || skip "skipped: no Go"; }
teardown() {
  [[ -n $CRICTL ]] || return 0
  local name
  for name in attach forward other; do Leave "$name"; done
  RemovePodsAndCheck
}

# Join POD [OPTION...]: attaches in the background. What is written to descriptor 7 is typed, and what
# comes is in $TESTBED/attach.
Join() {
  local id
  id=$(ContainerId "$1")
  shift
  rm -f "$TESTBED/typed"
  mkfifo "$TESTBED/typed"
  Crictl attach -i "$@" "$id" <"$TESTBED/typed" >"$TESTBED/attach" 2>"$TESTBED/attach.err" 3>&- &
  echo $! >"$TESTBED/attach.pid"
  exec 7>"$TESTBED/typed"
}

# Forward POD PORT [OPTION...]: forwards in the background; `forwarded` is the local port.
Forward() {
  local pod=$1 port=$2
  shift 2
  rm -f "$TESTBED/forward"
  Crictl port-forward "$@" "$(SandboxId "$pod")" ":$port" >"$TESTBED/forward" 2>&1 3>&- &
  echo $! >"$TESTBED/forward.pid"
  WaitUntil 20 "the forwarded port" grep -q '^Forwarding from 127' "$TESTBED/forward"
  forwarded=$(sed -n "s/^Forwarding from 127.0.0.1:\([0-9]*\) -> $port\$/\1/p" "$TESTBED/forward")
}

# Leave attach|forward|other: ends what is in the background.
Leave() {
  local file=$TESTBED/$1.pid pid
  [[ -e $file ]] || return 0
  pid=$(cat "$file")
  rm -f "$file"
  [[ $1 != attach ]] || exec 7>&-
  # crictl is a child of the function's shell.
  kill $(ps -o pid= --ppid "$pid") "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# What came to attach has this in it.
Shown() {
  tr -d '\r' <"$TESTBED/attach" | grep -Eq "$1"
}

# Types a line to a VM's shell until its answer is shown. Answers ANSWER-REGEX LINE
Answers() {
  local answer=$1 line=$2 i
  printf '\n' >&7
  WaitUntil 30 "the prompt" Shown 'crimux-guest# '
  for ((i = 0; i < 5; ++i)); do
    printf '%s\n' "$line" >&7
    if WaitUntil 10 "an answer" Shown "$answer"; then return 0; fi
  done
  cat "$TESTBED/attach" "$TESTBED/attach.err"
  return 1
}

@test "attach to a VM is its console, over SPDY and WebSocket, for several people at once" {
  StartVm web counter
  local transport
  for transport in spdy websocket; do
    Join web --transport "$transport"
    # Somebody else looks on.
    Crictl attach "$(ContainerId web)" >"$TESTBED/other" 2>&1 3>&- </dev/null &
    echo $! >"$TESTBED/other.pid"
    Answers "answer $transport 42" "echo answer $transport \$((6*7))"
    WaitUntil 20 "the other one's output" grep -q "answer $transport 42" "$TESTBED/other"
    Leave attach
    Leave other
  done
  # The log has it all, once.
  [[ $(LogText web | tr -d '\r' | grep -c '^answer spdy 42$') == 1 ]]
  TicksAreComplete web
}

@test "attach with a terminal: keys go one by one, sizes are taken, and Ctrl-P Ctrl-Q leaves" {
  StartVm web counter
  local transport
  for transport in spdy websocket; do
    shown=$(python3 "$BATS_TEST_DIRNAME/terminal.py" '
      type \r
      expect crimux-guest#
      type echo sum $((40+2))\r
      expect \nsum 42
      resize 100 30
      type echo still $((1+1))\r
      expect \nstill 2
      type \x10\x11' -- "$CRICTL" --runtime-endpoint "unix://$CRIMUX_SOCKET" \
      attach -it --transport "$transport" "$(ContainerId web)")
    echo "$shown"
    Contains "$shown" '^exit 0$'
    Contains "$shown" '^terminal as before$'
  done
}

@test "kill -9 of crimuxd in the middle of an attach: VM and log are unharmed, and a new attach works" {
  StartVm web counter
  pid=$(QemuPid)
  Join web
  Answers 'answer 42' 'echo answer $((6*7))'
  TestbedStop crimuxd KILL
  WaitUntil 20 "the end of the attach" IsGone "$(cat "$TESTBED/attach.pid")"
  Leave attach
  TestbedStartCrimuxd
  [[ $(QemuPid) == "$pid" && $(ContainerState web) == CONTAINER_RUNNING ]]
  Join web
  Answers 'answer 56' 'echo answer $((7*8))'
  WaitUntil 30 "more ticks" HasTicks web 5
  # The machine's end is the attach's, too.
  printf 'poweroff -f\n' >&7
  WaitUntil 60 "the end of the VM" HasState web CONTAINER_EXITED
  WaitUntil 20 "the end of the attach" IsGone "$(cat "$TESTBED/attach.pid")"
  Refuses FAILED_PRECONDITION Attach "container_id: \"$(ContainerId web)\" stdout: true"
}

IsGone() {
  ! IsAlive "$1"
}

@test "port-forward to a VM: 100 MiB each way unchanged, many connections, a refused port alone" {
  StartVm web counter
  address=$(PodAddress web)
  Ssh "$address" 'setsid nc -ll -p 9000 -e sha256sum >/dev/null 2>&1 &
    head -c 4194304 /dev/urandom >/tmp/block
    printf "#!/bin/sh\nfor i in $(seq 25 | tr "\n" " "); do cat /tmp/block; done\n" >/tmp/blocks
    chmod +x /tmp/blocks
    setsid nc -ll -p 9001 -e /tmp/blocks >/dev/null 2>&1 &'
  local transport
  for transport in spdy websocket; do
    Forward web 9000 --transport "$transport"
    python3 "$BATS_TEST_DIRNAME/transfer.py" up "$forwarded" 100
    Leave forward
    Forward web 9001 --transport "$transport"
    [[ $(python3 "$BATS_TEST_DIRNAME/transfer.py" down "$forwarded") == \
      "$(Ssh "$address" '/tmp/blocks | sha256sum' | cut -d ' ' -f 1)" ]]
    Leave forward
  done

  Forward web 80
  local i
  for i in $(seq 20); do
    curl -fsS --max-time 60 "http://127.0.0.1:$forwarded/" >"$TESTBED/page.$i" 3>&- &
  done
  WaitUntil 90 "twenty answers" TwentyPages
  Leave forward
  Forward web 81
  run curl -fs --max-time 30 "http://127.0.0.1:$forwarded/"
  [[ $status != 0 ]]
  WaitUntil 10 "the reason" grep -q 'connect to port 81 of .*refused' "$TESTBED/forward"
}

TwentyPages() {
  [[ $(cat "$TESTBED"/page.* | grep -c 'hello from web') == 20 ]]
}

@test "attach and port-forward to a container through crimux" {
  cat >"$TESTBED/box.yaml" <<END
apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: $BUSYBOX_IMAGE
      imagePullPolicy: IfNotPresent
      stdin: true
      command: [sh, -c, 'mkdir -p /www; echo page >/www/index.html; httpd -p 80 -h /www; exec cat']
END
  RunPod <"$TESTBED/box.yaml"
  # Over SPDY: this containerd speaks none of the WebSocket protocols that crictl does.
  Join box
  printf 'typed\n' >&7
  WaitUntil 20 "the echo" Shown '^typed$'
  Leave attach
  Forward box 80
  [[ $(curl -fsS --max-time 20 "http://127.0.0.1:$forwarded/") == page ]]
}
