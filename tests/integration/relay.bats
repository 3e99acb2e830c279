# Streams of a container runtime that crimux serves in its place: here a containerd that speaks TLS,
# with a certificate of its own making.
load helpers

setup_file() {
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  [[ -n $CRICTL ]] || return 0
  TestbedCreate
  CONTAINERD_CRI_OPTIONS='enable_tls_streaming = true' TestbedStartContainerd
  CONTAINERD_OPTIONS='    streaming: proxy' TestbedWriteConfig
  TestbedStartCrimuxd
}
teardown_file() { [[ -z $CRICTL ]] || StopTestbed; }
setup() { [[ -n $CRICTL ]] || skip "skipped: no Go"; }
teardown() { [[ -z $CRICTL ]] || RemovePodsAndCheck; }

# ExecUrl [SOCKET]
ExecUrl() {
  CRI_SOCKET=${1:-$CRIMUX_SOCKET} Cri Exec \
    "container_id: \"$(ContainerId box)\" cmd: \"true\" stdout: true" | Field url
}

@test "exec, attach and port-forward to a container, relayed from TLS to plain HTTP" {
  ContainerPod box 'mkdir -p /www; echo page >/www/index.html; httpd -p 80 -h /www; exec sleep 1000' | RunPod
  id=$(ContainerId box)
  [[ $(ExecUrl "$CONTAINERD_SOCKET") == https://* ]]
  [[ $(ExecUrl) == http://127.0.0.1:*/stream/* ]]

  [[ $(Crictl exec "$id" echo "a  b") == "a  b" ]]
  run -1 Crictl exec "$id" sh -c 'echo gone >&2; exit 3'
  Contains "$output" gone
  Contains "$output" 'exit code 3'
  head -c 20M /dev/urandom >"$TESTBED/sent"
  Crictl exec -i "$id" cat <"$TESTBED/sent" >"$TESTBED/received"
  cmp "$TESTBED/sent" "$TESTBED/received"

  Crictl port-forward "$(SandboxId box)" :80 >"$TESTBED/forward" 2>&1 3>&- &
  forward=$!
  WaitUntil 20 "the forwarded port" grep -q '^Forwarding from 127' "$TESTBED/forward"
  port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) -> 80$/\1/p' "$TESTBED/forward")
  page=$(curl -fsS --max-time 20 "http://127.0.0.1:$port/")
  kill $(ps -o pid= --ppid "$forward") "$forward" 2>/dev/null || true
  [[ $page == page ]]
}

@test "A reload gives streams back to the runtime" {
  ContainerPod box 'exec sleep 1000' | RunPod
  sed -i 's/streaming: proxy/streaming: direct/' "$TESTBED/crimux.yaml"
  Crimuxctl reload
  [[ $(ExecUrl) == https://* ]]
  sed -i 's/streaming: direct/streaming: proxy/' "$TESTBED/crimux.yaml"
  Crimuxctl reload
  [[ $(ExecUrl) == http://* ]]
}
