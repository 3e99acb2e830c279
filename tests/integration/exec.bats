# exec in VMs, as people and probes use it: crictl, and the RPC itself, over SSH.
load helpers
load conformance/critest

setup_file() {
  StartSshTestbed
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
}
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

# Programs, not the kernel's threads, which come and go as it likes.
GuestProcesses() { ExecSync "$1" 10 sh -c 'grep -l . /proc/[0-9]*/cmdline 2>/dev/null | wc -l' | sed -n 's/^stdout: "\([0-9]*\).*/\1/p'; }
CrimuxdFds() { find "/proc/$(PidOf crimuxd)/fd" -type l | wc -l; }
CrimuxdThreads() { find "/proc/$(PidOf crimuxd)/task" -mindepth 1 -maxdepth 1 | wc -l; }

@test "ExecSync gives outputs, exit code and a deadline, and an exec probe leaks nothing" {
  StartSshVm web
  answer=$(ExecSync web 10 sh -c 'echo out; echo err >&2; exit 3')
  Contains "$answer" 'stdout: "out\\n"'
  Contains "$answer" 'stderr: "err\\n"'
  Contains "$answer" 'exit_code: 3'
  Refuses DEADLINE_EXCEEDED ExecSync "container_id: \"$(ContainerId web)\" timeout: 1 cmd: \"sleep\" cmd: \"1000\""
  WaitUntil 20 "the end of the command" NoSleepIn web
  processes=$(GuestProcesses web) fds=$(CrimuxdFds) threads=$(CrimuxdThreads)
  # A probe each second for a minute.
  for ((end = SECONDS + 60, i = 0; SECONDS < end; ++i)); do
    next=$((SECONDS + 1))
    ExecSync web 10 true
    ((i % 5)) || Refuses DEADLINE_EXCEEDED ExecSync "container_id: \"$(ContainerId web)\" timeout: 1 cmd: \"sleep\" cmd: \"1000\""
    ((SECONDS >= next)) || sleep 1
  done
  WaitUntil 20 "the end of the commands" NoSleepIn web
  WaitUntil 20 "as many processes as before" MostBe "$processes" GuestProcesses web
  WaitUntil 20 "as many descriptors as before" MostBe "$fds" CrimuxdFds
  WaitUntil 20 "as many threads as before" MostBe "$threads" CrimuxdThreads
}

# MostBe N COMMAND...: what it prints is at most N.
MostBe() {
  local most=$1
  shift
  (($("$@") <= most))
}

NoSleepIn() { [[ $(ExecSync "$1" 10 sh -c 'ps | grep -c [s]leep.1000$') == *'stdout: "0'* ]]; }

@test "A VM that has no way in says what was tried, and what to do" {
  VmPod web "$VM_IMAGE_PREFIX/guest.qcow2" | RunPod
  WaitUntil 90 "the guest" LogHas web 'ready, address'
  # The guest knows no key of the node's, and has no agent.
  Refuses FAILED_PRECONDITION ExecSync "container_id: \"$(ContainerId web)\" cmd: \"true\"" >"$TESTBED/refusal"
  cat "$TESTBED/refusal"
  Refuses NOT_FOUND ExecSync 'container_id: "nobody" cmd: "true"'
}

@test "critest's specs of ExecSync pass against VMs, whose guests are still booting then" {
  critest=$("$REPOSITORY/scripts/critest" 2>/dev/null) || skip "skipped: no critest, since there is no Go"
  "$REPOSITORY/scripts/guest-image" "$TESTBED/www/seeded.qcow2" --seed-keys
  echo "defaultTestContainerImage: $VM_IMAGE_PREFIX/seeded.qcow2" >"$TESTBED/critest-images"
  CRITEST=$critest RunCritest vm "$CRIMUX_SOCKET" --ginkgo.focus execSync --runtime-handler vm \
    --test-images-file "$TESTBED/critest-images"
  cat "$TESTBED/critest/vm"
  [[ -z $(Specs failed "$TESTBED/critest/vm") ]] || { cat "$TESTBED/log/critest-vm"; false; }
  [[ $(Specs passed "$TESTBED/critest/vm" | wc -l) == 2 ]]
}

@test "crictl exec: with a terminal and without, a hundred megabytes each way, over SPDY and WebSocket" {
  [[ -n $CRICTL ]] || skip "skipped: no Go"
  StartSshVm web
  id=$(ContainerId web)
  for transport in spdy websocket; do
    [[ $(Crictl exec --transport "$transport" "$id" echo "a  b" "it's") == "a  b it's" ]]
    [[ $(echo typed | Crictl exec --transport "$transport" -i "$id" cat) == typed ]]
    run -1 Crictl exec --transport "$transport" "$id" sh -c 'exit 3'
    Contains "$output" 'exit code 3'
    Contains "$(script -qec "'$CRICTL' --config '$TESTBED/crictl.yaml' --runtime-endpoint unix://$CRIMUX_SOCKET \
      exec --transport $transport -it $id sh -c 'tty; stty size'" /dev/null </dev/null)" '/dev/pts/'
  done
  [[ $(Crictl exec -s "$id" hostname) == *crimux-guest* || $(Crictl exec -s "$id" hostname) == *web* ]]
  head -c 100M /dev/urandom >"$TESTBED/sent"
  Crictl exec -i "$id" cat <"$TESTBED/sent" >"$TESTBED/received"
  cmp "$TESTBED/sent" "$TESTBED/received"
  rm "$TESTBED/sent" "$TESTBED/received"
}

@test "A client that reads nothing of a gigabyte costs crimuxd little" {
  [[ -n $CRICTL ]] || skip "skipped: no Go"
  StartSshVm web
  id=$(ContainerId web)
  mkfifo "$TESTBED/unread"
  # Keeps the pipe open, and doesn't read.
  exec 8<>"$TESTBED/unread"
  for transport in spdy websocket; do
    before=$(CrimuxdRss)
    Crictl exec --transport "$transport" "$id" head -c 1073741824 /dev/zero >"$TESTBED/unread" 3>&- 8>&- &
    client=$!
    WaitUntil 20 "the command" HeadRuns web
    sleep 10
    HeadRuns web
    after=$(CrimuxdRss)
    echo "# $transport: RSS before $before KiB, after $after KiB" >&3
    ((after - before < 16384))
    # crictl would put off a milder end until it has written.
    kill -KILL $(ps -o pid= --ppid "$client") "$client" || true
    wait "$client" || true
    # What it took for itself goes with it.
    WaitUntil 60 "the command's end" NoHeadIn web
  done
  exec 8>&-
}

CrimuxdRss() { awk '/^VmRSS:/ {print $2}' "/proc/$(PidOf crimuxd)/status"; }
HeadRuns() { [[ $(ExecSync "$1" 10 sh -c 'ps | grep -c [1]073741824') == *'stdout: "1'* ]]; }
NoHeadIn() { [[ $(ExecSync "$1" 10 sh -c 'ps | grep -c [1]073741824') == *'stdout: "0'* ]]; }
