# The parts of tests/bench/machines.

SHARED_SIZE=256M

CleanUp() {
  TestbedStop qemu KILL
  TestbedStop virtiofsd KILL
  RemoveAllPods || true
  TestbedDestroy
}

PrepareImages() {
  qemu-img create -q -f qcow2 "$TESTBED/www/empty.qcow2" 64M
  "$TESTBED_SOURCE/scripts/guest-image" "$TESTBED/www/guest.qcow2"
  mkdir -p "$TESTBED/volumes/data" "$TESTBED/bare/etc"
  head -c "$SHARED_SIZE" /dev/urandom >"$TESTBED/volumes/data/file"
  chmod 711 "$TESTBED/bare"
}

StartVmRuntime() {
  local image
  TestbedStartFileServer
  TestbedWriteVmOnlyConfig
  TestbedStartCrimuxd
  for image in empty guest; do
    Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/$image.qcow2\"}" >/dev/null
  done
}

PodConfig() {
  cat <<END
config {
  metadata {name: "$1" uid: "$1" namespace: "bench"}
  hostname: "$1"
  annotations {key: "crimux.io/root-lifetime" value: "container"}
}
END
}

# ContainerRequest POD IMAGE [TEXT]
ContainerRequest() {
  cat <<END
config {
  metadata {name: "guest"} image {image: "$VM_IMAGE_PREFIX/$2.qcow2"}
  linux {resources {memory_limit_in_bytes: 268435456}}
  ${3:-}
}
sandbox_$(PodConfig "$1")
END
}

RunSandbox() {
  Cri RunPodSandbox "$(PodConfig "$1")" | Field pod_sandbox_id
}

# A pod whose network the bare program uses, and the domain, seed and settings that crimux would use.
PrepareBare() {
  local pod container folder=$TESTBED/vm/containers
  pod=$(RunSandbox bare)
  NETNS=$TESTBED/netns/crimux-$pod
  MACHINES=$(RunSandbox machines)
  container=$(Cri CreateContainer "pod_sandbox_id: \"$pod\" $(ContainerRequest bare empty)" | Field container_id)
  sed "s,$folder/$container,$TESTBED/bare,g; s,$TESTBED/vm/sock/${container:0:16},$TESTBED/bare/sock,g
    s,$container,bare,g; /<uuid>/d" "$(find "$TESTBED/vm/libvirt" -path '*/etc/*' -name "$container.xml")" \
    >"$TESTBED/bare/domain.xml"
  cp "$folder/$container/seed.iso" "$TESTBED/seed.iso"
  OWNER=$(stat -c '%u %g' "$folder/$container/seed.iso")
  BACKING=$(qemu-img info "$folder/$container/root.qcow2" | sed -n 's/^backing file: //p')
  cp -p "$folder/$container/console" "$TESTBED/bare/console"
  mkdir -p "$TESTBED/bare-libvirt/etc"
  chmod 711 "$TESTBED/bare-libvirt"
  cp "$TESTBED/vm/libvirt/etc/qemu.conf" "$TESTBED/bare-libvirt/etc/"
  Cri RemoveContainer "container_id: \"$container\""
}

# Prints seconds.
BareMachine() {
  # shellcheck disable=SC2086
  nsenter "--net=$NETNS" "$BENCH_BIN/bench_bare_machine" "$TESTBED/bare-libvirt" "$TESTBED/bare/domain.xml" \
    "$BACKING" "$TESTBED/bare/root.qcow2" "$TESTBED/seed.iso" "$TESTBED/bare/seed.iso" $OWNER
}

# CrimuxMachine ATTEMPT: prints seconds.
CrimuxMachine() {
  ContainerRequest machines empty |
    "$BENCH_BIN/bench_vm_pods" "$CRIMUX_SOCKET" machine "$MACHINES" "$1"
  Cri RemoveContainer "container_id: \"$(Cri ListContainers | Field id)\"" >&2
}

# Pods FIRST HOW: prints seconds, and how many failed.
Pods() {
  ContainerRequest any empty | "$BENCH_BIN/bench_vm_pods" "$CRIMUX_SOCKET" pods "$1" 20 "$2"
}

# Memory of a process that is no file's; KiB.
Anonymous() {
  sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

# What a QEMU has beside the mapping that is its guest's RAM, with its part of what it shares with
# others; MiB.
BesideRam() {
  awk '/^Size:/ {ram = $2 == 262144} /^Pss:/ && !ram {sum += $2} END {print sum / 1024}' "/proc/$1/smaps"
}

# Guest ADDRESS PORT COMMAND
Guest() {
  ssh -p "$2" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ConnectTimeout=5 "root@$1" "$3" </dev/null
}

# Two of the same guest, with the same files.
StartGuests() {
  local pod
  pod=$(RunSandbox reads)
  ContainerRequest reads guest \
    "mounts {host_path: \"$TESTBED/volumes/data\" container_path: \"/data\"}" |
    "$BENCH_BIN/bench_vm_pods" "$CRIMUX_SOCKET" machine "$pod" 0 >/dev/null
  IN_POD=("$(Cri PodSandboxStatus "pod_sandbox_id: \"$pod\"" | Field ip)" 22)
  StartByHand
  WaitUntil 120 "the guest in a pod" Guest "${IN_POD[@]}" true
  WaitUntil 120 "the guest by hand" Guest "${BY_HAND[@]}" true
  Guest "${IN_POD[@]}" 'mkdir /share && mount -t virtiofs crimux /share'
  Guest "${BY_HAND[@]}" 'mkdir /share && mount -t virtiofs crimux /share'
}

StartByHand() {
  local port virtiofsd
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  BY_HAND=(127.0.0.1 "$port")
  virtiofsd=$(find /usr/libexec /usr/lib/qemu -name virtiofsd | head -n 1)
  Spawn virtiofsd "$virtiofsd" --socket-path="$TESTBED/hand.sock" -o "source=$TESTBED/volumes" \
    -o announce_submounts
  WaitUntil 10 "virtiofsd" test -S "$TESTBED/hand.sock"
  Spawn qemu qemu-system-x86_64 -machine q35,accel=tcg,memory-backend=ram -cpu max -m 256 -snapshot \
    -object memory-backend-memfd,id=ram,size=256M,share=on -nodefaults -display none \
    -drive "file=$TESTBED/www/guest.qcow2,if=virtio,format=qcow2" \
    -chardev "socket,id=fs,path=$TESTBED/hand.sock" -device vhost-user-fs-pci,chardev=fs,tag=crimux \
    -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$port-:22" -device virtio-net-pci,netdev=net \
    -serial "file:$TESTBED/log/by-hand"
}

# ReadShare ADDRESS PORT: prints the seconds that the guest took.
ReadShare() {
  Guest "$@" 'echo 3 >/proc/sys/vm/drop_caches && cat /proc/uptime &&
    dd if=/share/data/file of=/dev/null bs=1M 2>/dev/null && cat /proc/uptime' |
    awk 'NR == 1 {begin = $1} END {print $1 - begin}'
}
