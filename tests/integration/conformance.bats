# critest, the CRI's conformance suite: on containerd itself, and on one like it through crimux with
# the VM runtime beside it. Both at once, each in a testbed and network of its own, since critest mostly
# waits. What passes on one must pass on the other, spec by spec.
load helpers
load conformance/images
load conformance/critest

setup_file() {
  CRITEST=$("$REPOSITORY/scripts/critest" 2>/dev/null) || CRITEST=
  export CRITEST
  [[ -n $CRITEST ]] || return 0
  local direct
  CritestDirect "$BATS_FILE_TMPDIR/direct" >"$BATS_FILE_TMPDIR/direct.log" 2>&1 3>&- &
  direct=$!
  StartConformanceTestbed crimux
  RunCritest through "$CRIMUX_SOCKET"
  wait "$direct" || { tail -n 40 "$BATS_FILE_TMPDIR/direct.log"; return 1; }
  RerunUnexpected through "$CRIMUX_SOCKET" "$(Specs failed "$BATS_FILE_TMPDIR/direct")"
}
teardown_file() { [[ -z $CRITEST ]] || StopTestbed; }
setup() {
  [[ -n $CRITEST ]] || skip "skipped: no critest, since there is no Go"
  direct=$BATS_FILE_TMPDIR/direct through=$TESTBED/critest/through
}

@test "critest on containerd itself: the recorded specs fail, and no others" {
  diff <(Recorded known_failures) <(Specs failed "$direct") ||
    { echo "failing on containerd itself: < as recorded, > now"; false; }
}

@test "critest: what passes on containerd passes through crimux" {
  [[ $(Specs passed "$through" | wc -l) -ge 80 ]]
  worse=$(LC_ALL=C comm -23 <(Specs passed "$direct") <(Specs passed "$through"))
  [[ -z $worse ]] || { printf 'passes on containerd, not through crimux:\n%s\n' "$worse"; false; }
}

@test "critest: what fails on containerd, or is skipped there, does so through crimux, unless recorded" {
  diff <(Recorded mended) \
    <(LC_ALL=C comm -13 <(Specs passed "$direct") <(Specs passed "$through")) ||
    { echo "better through crimux than on containerd: < as recorded, > now"; false; }
  diff <(Specs skipped "$direct") <(Specs skipped "$through")
}

@test "critest leaves nothing behind, neither in containerd nor in crimux" {
  [[ -z $(Cri ListPodSandbox) && -z $(Cri ListContainers) ]]
  NothingLeft
}
