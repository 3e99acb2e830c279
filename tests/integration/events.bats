# GetContainerEvents, by a client that stays connected.
load helpers

setup_file() {
  TestbedCreate
  MakeImage guest
  TestbedStartFileServer
  OnlyVms
  TestbedStartCrimuxd
}
teardown_file() { StopTestbed; }
teardown() {
  StopListening
  RemovePodsAndCheck
}

# A config without containerd: an old one sends no events, and then crimux sends none at all.
OnlyVms() {
  TestbedWriteConfig
  cp "$TESTBED/crimux.yaml" "$TESTBED/both.yaml"
  sed -i '/name: containerd/,/default: true/d; s/- name: vm/- name: vm\n    default: true/' \
    "$TESTBED/crimux.yaml"
}

# Listen NAME: keeps a stream open; its messages go to a file.
Listen() {
  : >"$TESTBED/events.$1"
  printf '\0\0\0\0\0' >"$TESTBED/empty"
  curl -sN --http2-prior-knowledge --unix-socket "$CRIMUX_SOCKET" \
    -H 'content-type: application/grpc' -H 'te: trailers' --data-binary "@$TESTBED/empty" \
    -D "$TESTBED/headers.$1" -o "$TESTBED/events.$1" \
    http://localhost/runtime.v1.RuntimeService/GetContainerEvents 3>&- &
  echo $! >"$TESTBED/pids/listener.$1"
  WaitUntil 10 "the stream" IsOpen
}

IsOpen() {
  curl -fs --unix-socket "$STATUS_SOCKET" http://crimux/calls | jq -e \
    "[.inFlight[] | select(.method == \"GetContainerEvents\")] | length >= $(ls "$TESTBED"/pids/listener.* | wc -l)"
}

StopListening() {
  local file
  for file in "$TESTBED"/pids/listener.*; do
    [[ ! -e $file ]] || { kill "$(cat "$file")" 2>/dev/null || true; rm "$file"; }
  done
}

# Events NAME: what has come so far, one message after the other, as text.
Events() {
  python3 - "$TESTBED/events.$1" "$TESTBED/event" <<'END'
import struct, sys
data = open(sys.argv[1], 'rb').read()
count = 0
while len(data) >= 5:
    size = struct.unpack('>I', data[1:5])[0]
    if len(data) < 5 + size:
        break
    open(f'{sys.argv[2]}.{count:04}', 'wb').write(data[5:5 + size])
    data, count = data[5 + size:], count + 1
END
  local file
  for file in "$TESTBED"/event.*; do
    [[ ! -e $file ]] || Protoc decode ContainerEventResponse <"$file"
    rm -f "$file"
  done
}

# "created ID", … ; CREATED is the type's default, and so not in the text.
Told() {
  Events "$1" | awk '
    /^container_id:/ {if (id) print type, id; id = $2; type = "created"; gsub(/"/, "", id)}
    /^container_event_type:/ {type = tolower($2); gsub(/container_|_event/, "", type)}
    END {if (id) print type, id}'
}

HasTold() {
  Told "$1" | grep -q "^$2\$"
}

@test "A VM pod's life is told as it happens, to all who listen" {
  Listen one
  Listen two
  StartVm web guest
  pod=$(SandboxId web) vm=$(ContainerId web)
  expected="created $pod
started $pod
created $vm
started $vm"
  WaitUntil 10 "events" HasTold one "started $vm"
  [[ $(Told one) == "$expected" ]]
  Contains "$(Events one)" 'uid: '
  Contains "$(Events one)" 'state: CONTAINER_RUNNING'
  # The guest powers off by itself: libvirt tells, nobody asks.
  Ssh "$(PodAddress web)" poweroff || true
  WaitUntil 60 "the end" HasTold one "stopped $vm"
  Contains "$(Events one)" 'reason: "Completed"'
  Crimuxctl rm web
  expected+="
stopped $vm
deleted $vm
stopped $pod
deleted $pod"
  WaitUntil 10 "the deletion" HasTold one "deleted $pod"
  WaitUntil 10 "the deletion" HasTold two "deleted $pod"
  [[ $(Told one | sort) == "$(sort <<<"$expected")" ]]
  [[ $(Told two) == "$(Told one)" ]]
}

@test "QEMU's death is told at once" {
  Listen one
  StartVm web guest
  vm=$(ContainerId web)
  kill -s KILL "$(QemuPid)"
  WaitUntil 10 "the end" HasTold one "stopped $vm"
  Contains "$(Events one)" 'exit_code: 255'
}

@test "crimuxd's stop ends the events at once, and a new stream tells what comes then" {
  Listen one
  start=$SECONDS
  TestbedStop crimuxd TERM
  [[ $((SECONDS - start)) -lt 8 ]]
  WaitUntil 5 "the end of the stream" grep -q '^grpc-status: 14' "$TESTBED/headers.one"
  rm "$TESTBED/pids/listener.one"
  TestbedStartCrimuxd
  Listen two
  StartVm web guest
  WaitUntil 10 "events" HasTold two "started $(ContainerId web)"
}

@test "Beside a runtime without events there are none, and the answer says why" {
  [[ $(containerd --version) == *" 1."[0-6].* ]] || skip "skipped: this containerd sends events"
  TestbedStartContainerd
  cp "$TESTBED/crimux.yaml" "$TESTBED/vms.yaml"
  cp "$TESTBED/both.yaml" "$TESTBED/crimux.yaml"
  TestbedStop crimuxd
  TestbedStartCrimuxd
  printf '\0\0\0\0\0' | curl -sN --max-time 10 --http2-prior-knowledge --unix-socket "$CRIMUX_SOCKET" \
    -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- \
    -D "$TESTBED/headers" -o /dev/null http://localhost/runtime.v1.RuntimeService/GetContainerEvents
  Contains "$(cat "$TESTBED/headers")" '^grpc-status: 12'
  Contains "$(cat "$TESTBED/headers")" 'sends no events'
  TestbedStop crimuxd
  cp "$TESTBED/vms.yaml" "$TESTBED/crimux.yaml"
  TestbedStartCrimuxd
}
