# crimuxctl at a pod: exec, attach, console, screenshot and vnc, to VMs and to containers.
load helpers

setup_file() {
  StartSshTestbed
}
teardown_file() { StopTestbed; }
teardown() {
  EndVnc
  RemovePodsAndCheck
}

# Terminal SCRIPT SUBCOMMAND WORD...: crimuxctl on a terminal.
Terminal() {
  local script=$1
  shift
  CONTAINER_RUNTIME_ENDPOINT=unix://$CRIMUX_SOCKET CRIMUX_STATUS_SOCKET=$STATUS_SOCKET \
    python3 "$BATS_TEST_DIRNAME/terminal.py" "$script" -- "$CRIMUX_BIN/crimuxctl" "$@"
}

# Failed WORDS COMMAND...: exits with 1, and says so.
Failed() {
  local words=$1
  shift
  run "$@"
  [[ $status == 1 ]]
  Contains "$output" "$words"
}

# A pod whose container has a terminal. TtyPod NAME
TtyPod() {
  ContainerPod "$1" 'exec sh' | sed 's/^      image: .*/&\n      stdin: true\n      tty: true/'
}

# Vnc POD: opens a port in the background; `port` and `password` are what it says.
Vnc() {
  rm -f "$TESTBED/vnc"  # of the last one
  CONTAINER_RUNTIME_ENDPOINT=unix://$CRIMUX_SOCKET CRIMUX_STATUS_SOCKET=$STATUS_SOCKET \
    "$CRIMUX_BIN/crimuxctl" vnc "$1" --port 0 >"$TESTBED/vnc" 2>"$TESTBED/vnc.err" 3>&- &
  echo $! >"$TESTBED/vnc.pid"
  WaitUntil 20 "the password" grep -q '^password' "$TESTBED/vnc"
  port=$(sed -n 's/^address  *127.0.0.1://p' "$TESTBED/vnc")
  password=$(sed -n 's/^password  *//p' "$TESTBED/vnc")
}

# EndVnc [SIGNAL]
EndVnc() {
  local pid
  [[ -e $TESTBED/vnc.pid ]] || return 0
  pid=$(cat "$TESTBED/vnc.pid")
  rm -f "$TESTBED/vnc.pid"
  kill "-${1:-INT}" "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

Look() {
  python3 "$BATS_TEST_DIRNAME/vnc_viewer.py" "$@"
}

PngSize() {
  python3 "$BATS_TEST_DIRNAME/png_size.py" "$1"
}

@test "exec, attach and console at a VM: outputs, exit codes, input to its end, a terminal, a way out" {
  StartSshVm web
  [[ $(Crimuxctl exec web -- uname -n) == web ]]
  run --separate-stderr Crimuxctl exec web -- sh -c 'echo out; echo err >&2; exit 42'
  [[ $status == 42 && $output == out && $stderr == err ]]
  head -c 3000000 /dev/urandom >"$TESTBED/bytes"
  [[ $(Crimuxctl exec -i web -- sha256sum <"$TESTBED/bytes" | cut -d ' ' -f 1) == \
    "$(sha256sum <"$TESTBED/bytes" | cut -d ' ' -f 1)" ]]
  Crimuxctl exec web -- cat "/proc/self/exe" | head -c 4 | grep -q ELF

  shown=$(Terminal '
    expect #
    type stty size\r
    expect \n24 80
    resize 100 30
    type sleep 1; stty size\r
    expect \n30 100
    type exit 3\r' exec -it web -- sh)
  Contains "$shown" '^exit 3$'
  Contains "$shown" '^terminal as before$'

  # What was there before comes first; what is typed comes back.
  run timeout 5 "$CRIMUX_BIN/crimuxctl" -r "unix://$CRIMUX_SOCKET" attach web
  [[ $status == 124 ]]
  Contains "$output" 'ready, address'
  { printf '\r'; sleep 1; printf 'echo sum $((40+2))\r'; } |
    { timeout 5 "$CRIMUX_BIN/crimuxctl" -r "unix://$CRIMUX_SOCKET" attach -i web || true; } \
      >"$TESTBED/attached"
  Contains "$(cat "$TESTBED/attached")" 'echo sum \$\(\(40\+2\)\)'
  Contains "$(cat "$TESTBED/attached")" '^sum 42'

  shown=$(Terminal '
    expect ctrl-] leaves
    type \r
    expect crimux-guest#
    resize 100 30
    type echo answer $((6*7))\r
    expect answer 42
    type \x1d' console web)
  Contains "$shown" '^crimuxctl: left$'
  Contains "$shown" '^exit 0$'
  Contains "$shown" '^terminal as before$'
  # Whatever ends it.
  shown=$(Terminal '
    expect ctrl-] leaves
    type \r
    expect crimux-guest#
    signal SIGTERM' console web)
  Contains "$shown" '^signal 15$'
  Contains "$shown" '^terminal as before$'
  Failed 'find pod "nobody": no pod has this name' Crimuxctl exec nobody -- true
  Failed 'find container "none": pod "web" has guest' Crimuxctl exec web -c none -- true
}

@test "exec and attach at a container, whose runtime can't tell the end of input" {
  TtyPod box | RunPod
  [[ $(Crimuxctl exec box -- echo -n 'two words') == 'two words' ]]
  run -7 Crimuxctl exec box -- sh -c 'exit 7'
  run --separate-stderr Crimuxctl exec -i box -- head -n 1 < <(echo line)
  [[ $status == 0 && $output == line ]]
  run Crimuxctl exec box -- /no/such/program
  [[ $status != 0 ]]
  Contains "$output" '/no/such/program'
  shown=$(Terminal '
    expect #
    type stty size\r
    expect \n24 80
    type exit 5\r' exec -it box -- sh)
  Contains "$shown" '^exit 5$'
  shown=$(Terminal '
    expect ctrl-] leaves
    type echo answer $((6*7))\r
    expect answer 42
    type \x1d' attach -it box)
  Contains "$shown" '^terminal as before$'
  # The container ends, and the attach with it.
  shown=$(Terminal '
    expect ctrl-] leaves
    type exit\r' attach -it box)
  Contains "$shown" '^exit 0$'
}

@test "screenshot and vnc of a VM with a display" {
  SshVm screen | sed 's|^  annotations:|&\n    crimux.io/video: vga|' | RunPod
  WaitUntil 90 "the guest" LogHas screen 'ready, address'
  Crimuxctl screenshot screen -o "$TESTBED/screen.png"
  size=$(PngSize "$TESTBED/screen.png")
  Crimuxctl screenshot screen >"$TESTBED/piped.png"
  [[ $(PngSize "$TESTBED/piped.png") == "$size" ]]

  socket=$(Crimuxctl vnc screen)
  [[ -S $socket ]]
  seen=$(Look "$socket")
  Contains "$seen" '^security types 1$'
  Contains "$seen" "^$size QEMU"
  # Nobody but root, and QEMU itself, may connect.
  run -1 setpriv --reuid 65534 --regid 65534 --clear-groups /usr/bin/test -w "$socket"

  Vnc screen
  [[ ${#password} == 8 ]]
  seen=$(Look "$port" "$password")
  Contains "$seen" '^security types 2$'
  Contains "$seen" "^$size QEMU"
  # No password begins like that.
  Failed '^wrong password$' Look "$port" "!${password:1}"
  Failed '^closed$' Look "$port"
  EndVnc
  Failed 'refused' Look "$port" "$password"
  # Nothing outlives it, however it ends.
  Vnc screen
  EndVnc KILL
  Failed 'refused' Look "$port" "$password"
}

@test "a display and a console take a VM that runs, and a display one that has any" {
  VmPod headless "$VM_IMAGE_PREFIX/guest.qcow2" | RunPod
  ContainerPod box 'exec sleep 1000' | RunPod
  for command in screenshot vnc; do
    Failed 'no display; the annotation crimux.io/video gives it one' \
      Crimuxctl "$command" headless
    Failed '"box": it is a pod of containers, not a VM' Crimuxctl "$command" box
    Failed 'find pod "nobody": no pod has this name' Crimuxctl "$command" nobody
  done
  Failed 'no display' Crimuxctl screenshot headless -o "$TESTBED/none.png"
  [[ ! -e $TESTBED/none.png ]]
  Failed '"box": it is a pod of containers, not a VM' Crimuxctl console box
  Failed 'find pod "nobody": no pod has this name' Crimuxctl console nobody
  Failed 'the standard input is no terminal' Crimuxctl console headless </dev/null

  Cri StopContainer "container_id: \"$(ContainerId headless)\"" >/dev/null
  for command in console screenshot vnc; do
    Failed '"headless": the VM is not running' Crimuxctl "$command" headless
  done
  Failed 'it is not running' Crimuxctl attach headless
}
