# SIGHUP and POST /reload: another config without a restart.
load helpers

setup_file() {
  TestbedCreate
  ListenAsSystemd
  TestbedStartContainerd
  TestbedWriteConfig
  TestbedStartCrimuxd
}
teardown_file() {
  TestbedStop systemd
  StopTestbed
}
teardown() {
  TestbedWriteConfig
  PostReload >/dev/null || true
  RemovePodsAndCheck
}

# Takes what crimuxd tells systemd, a line a message.
ListenAsSystemd() {
  export NOTIFY_SOCKET=$TESTBED/notify.sock
  Spawn systemd python3 -u -c '
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
while True:
    print(" ".join(listener.recv(4096).decode().split()))
' "$NOTIFY_SOCKET"
  WaitUntil 10 "the notify socket" test -S "$NOTIFY_SOCKET"
}

PostReload() {
  curl -sS -X POST --max-time 30 -w '%{http_code}\n' --unix-socket "$STATUS_SOCKET" \
    http://crimux/reload
}

LogLines() {
  grep -c -- "$1" "$TESTBED/log/crimuxd" || true
}

# ReloadBySignal TEXT: and waits until the log says so once more.
ReloadBySignal() {
  local before
  before=$(LogLines "$1")
  kill -HUP "$(cat "$TESTBED/pids/crimuxd")"
  WaitUntil 30 "\"$1\" in the log" HasLogLines "$1" $((before + 1))
}

HasLogLines() {
  [[ $(LogLines "$1") -ge $2 ]]
}

HasLines() {
  [[ $(wc -l <"$1") -ge $2 ]]
}

# The config with another line in place of one that matches. EditConfig REGEX LINE
EditConfig() {
  sed -i "s|$1|$2|" "$TESTBED/crimux.yaml"
}

@test "SIGHUP changes the routes, and containers live on under the same ids" {
  ContainerPod box 'exec sleep 1000' | RunPod
  id=$(ContainerId box)
  EditConfig 'handler: vm}' 'handler: machines}'
  ReloadBySignal 'the config is reloaded: routes changed'
  Contains "$(curl -fsS --unix-socket "$STATUS_SOCKET" http://crimux/status)" 'handler=machines -> vm'
  [[ $(ContainerId box) == "$id" && $(ContainerState box) == CONTAINER_RUNNING ]]
  [[ $(LogLines 'is up') == 1 ]]
}

@test "systemd is told when a reload begins and ends, also of one that is refused" {
  WaitUntil 10 "READY" grep -q '^READY=1$' "$TESTBED/log/systemd"
  : >"$TESTBED/log/systemd"
  PostReload
  WaitUntil 10 "the end" HasLines "$TESTBED/log/systemd" 2
  echo 'listne: /a' >>"$TESTBED/crimux.yaml"
  PostReload
  WaitUntil 10 "the end" HasLines "$TESTBED/log/systemd" 4
  run cat "$TESTBED/log/systemd"
  Contains "${lines[0]}" '^RELOADING=1 MONOTONIC_USEC=[0-9]+$'
  [[ ${lines[1]} == READY=1 && ${lines[3]} == READY=1 ]]
  Contains "${lines[2]}" '^RELOADING=1 MONOTONIC_USEC=[0-9]+$'
}

@test "A file with a fault is refused with its place, and the old config stays" {
  EditConfig 'handler: vm}' 'handler: machines}'
  echo 'listne: /a' >>"$TESTBED/crimux.yaml"
  line=$(wc -l <"$TESTBED/crimux.yaml")
  fault="$TESTBED/crimux.yaml:$line:1: listne: unknown key; did you mean \"listen\"?"
  ReloadBySignal "the old one stays: $fault"
  run PostReload
  [[ ${lines[0]} == "$fault" && ${lines[1]} == 400 ]]
  Contains "$(curl -fsS --unix-socket "$STATUS_SOCKET" http://crimux/status)" 'handler=vm -> vm'
}

@test "What can't change while crimuxd runs is refused, and named" {
  EditConfig 'defaultMemory: .*' 'defaultMemory: 1Gi'
  run PostReload
  Contains "$output" '"vm": the section of runtime vm can.t change'
  [[ ${lines[1]} == 409 ]]
  run Crimuxctl reload
  [[ $status == 1 && $output == *'HTTP 409: reload the config "vm": '* ]]
  TestbedWriteConfig
  run PostReload
  [[ ${lines[0]} == "ok: nothing changed" && ${lines[1]} == 200 ]]
  [[ $(Crimuxctl reload) == "ok: nothing changed" ]]
}

@test "A second containerd socket is added with a prefix, serves its images, and is removed" {
  ln -sf "$CONTAINERD_SOCKET" "$TESTBED/second.sock"
  sed -i "s|^  - name: vm|  - {name: second, endpoint: unix://$TESTBED/second.sock, imagePrefix: second/}\n&|" \
    "$TESTBED/crimux.yaml"
  run PostReload
  [[ ${lines[0]} == "ok: runtime second added; routes changed" ]]
  id=$(Cri ImageStatus "image {image: \"second/$BUSYBOX_IMAGE\"}" | Field id)
  [[ $id == sha256:* && $id == "$(Cri ImageStatus "image {image: \"$BUSYBOX_IMAGE\"}" | Field id)" ]]
  Contains "$(Cri ImageStatus "image {image: \"second/$BUSYBOX_IMAGE\"}")" "repo_tags: \"second/$BUSYBOX_IMAGE\""
  Contains "$(Cri ListImages)" "repo_tags: \"second/$BUSYBOX_IMAGE\""
  TestbedWriteConfig
  run PostReload
  [[ ${lines[0]} == "ok: runtime second removed; routes changed" ]]
  [[ $(Cri ListImages) != *second/* ]]
}
