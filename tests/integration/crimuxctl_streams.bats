# crimuxctl exec, in VMs and in containers.
load helpers

setup_file() {
  StartSshTestbed
}
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

# Terminal SCRIPT SUBCOMMAND WORD...: crimuxctl on a terminal.
Terminal() {
  local script=$1
  shift
  CONTAINER_RUNTIME_ENDPOINT=unix://$CRIMUX_SOCKET \
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

@test "exec at a VM: outputs, exit codes, input to its end, a terminal" {
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
  Failed 'find pod "nobody": no pod has this name' Crimuxctl exec nobody -- true
  Failed 'find container "none": pod "web" has guest' Crimuxctl exec web -c none -- true
}

@test "exec at a container, whose runtime can't tell the end of input" {
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
}
