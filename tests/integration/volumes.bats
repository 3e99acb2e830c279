# A pod's volumes inside its VM.
load helpers

setup_file() { StartTestbed guest full; }
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

# A manifest of a VM pod with a folder of the host to write to, one to read, a single file, and an
# emptyDir; $IMAGE is its image, if not guest. Volumes NAME ANNOTATION...
Volumes() {
  local name=$1 host=$TESTBED/volumes/$1
  shift
  mkdir -p "$host/data" "$host/settings"
  echo from-the-host >"$host/data/greeting"
  echo first >"$host/settings/version"
  echo one-file >"$host/one.conf"
  VmPod "$name" "$VM_IMAGE_PREFIX/${IMAGE:-guest}.qcow2" \
    'volumes:' \
    "  - {name: data, hostPath: {path: $host/data}}" \
    "  - {name: settings, hostPath: {path: $host/settings}}" \
    "  - {name: one, hostPath: {path: $host/one.conf}}" \
    '  - {name: scratch, emptyDir: {}}' |
    python3 -c '
import sys
text = sys.stdin.read()
for annotation in sys.argv[1:]:
    text = text.replace("  annotations:\n", "  annotations:\n    " + annotation + "\n", 1)
print(text, end="")' "$@"
  cat <<'END'
      volumeMounts:
        - {name: data, mountPath: /srv/data}
        - {name: settings, mountPath: /etc/settings, readOnly: true}
        - {name: one, mountPath: /etc/one-file.conf, readOnly: true}
        - {name: scratch, mountPath: /scratch}
END
}

# What a guest may and may not do with them. LooksRight NAME
LooksRight() {
  local host=$TESTBED/volumes/$1 address
  address=$(PodAddress "$1")
  Ssh "$address" "mkdir /share && mount -t virtiofs crimux /share"
  [[ $(Ssh "$address" 'cat /share/srv-data/greeting') == from-the-host ]]
  [[ $(Ssh "$address" 'cat "/share/etc-one\x2dfile.conf"') == one-file ]]
  Ssh "$address" 'echo from-the-guest >/share/srv-data/answer; echo x >/share/scratch/x'
  [[ $(cat "$host/data/answer") == from-the-guest ]]
  Contains "$(Ssh "$address" 'echo no >/share/etc-settings/version' 2>&1 || true)" 'Read-only file system'
  Contains "$(Ssh "$address" 'echo no >/share/new' 2>&1 || true)" 'Read-only file system'
  [[ $(cat "$host/settings/version") == first ]]
  # As the kubelet updates a ConfigMap: another file, put in the old one's place.
  echo second >"$host/settings/.next"
  mv "$host/settings/.next" "$host/settings/version"
  WaitUntil 30 "the update" GuestReads "$address" /share/etc-settings/version second
}

GuestReads() { [[ $(Ssh "$1" "cat $2") == "$3" ]]; }

@test "A pod's volumes reach its VM by virtiofs, read-only where the manifest says so" {
  Volumes files | RunPod
  WaitUntil 90 "the guest" LogHas files 'ready, address'
  LooksRight files
  pid=$(pgrep -f "virtiofsd.*$TESTBED" | head -n 1)
  [[ $(readlink "/proc/$pid/ns/user") != "$(readlink /proc/self/ns/user)" ]]
  # Files belong to whom the guest says, and device nodes are not to be had.
  address=$(PodAddress files)
  Ssh "$address" 'chown 1234:1235 /share/scratch/x; chmod 0640 /share/scratch/x'
  [[ $(Ssh "$address" 'stat -c %u:%g:%a /share/scratch/x') == 1234:1235:640 ]]
  run -1 Ssh "$address" 'mknod /share/scratch/disk b 8 0'
}

@test "virtiofsd and the volumes outlive a kill of crimuxd, and end with their VM" {
  Volumes files | RunPod
  WaitUntil 90 "the guest" LogHas files 'ready, address'
  TestbedStop crimuxd KILL
  TestbedStartCrimuxd
  address=$(PodAddress files)
  Ssh "$address" 'mkdir /share && mount -t virtiofs crimux /share'
  [[ $(Ssh "$address" 'cat /share/srv-data/greeting') == from-the-host ]]
  Crimuxctl rm files
  run -1 pgrep -f "virtiofsd.*$TESTBED"
}

@test "Guests without virtiofs get their volumes by 9p, owned by QEMU's user" {
  IMAGE=full Volumes old 'crimux.io/shares: 9p' 'crimux.io/shares-chown: "true"' | RunPod
  WaitUntil 120 "the guest" LogHas old 'ready, address'
  run -1 pgrep -f "virtiofsd.*$TESTBED"
  address=$(PodAddress old)
  Ssh "$address" 'mkdir /share && mount -t 9p -o trans=virtio,version=9p2000.L crimux /share'
  [[ $(Ssh "$address" 'cat /share/srv-data/greeting') == from-the-host ]]
  Ssh "$address" 'echo from-the-guest >/share/srv-data/answer'
  [[ $(cat "$TESTBED/volumes/old/data/answer") == from-the-guest ]]
  Contains "$(Ssh "$address" 'echo no >/share/etc-settings/version' 2>&1 || true)" 'Permission denied|Read-only file system'
  tree=$(echo "/proc/$(QemuPid)/root$TESTBED"/*/containers/*/share)
  [[ $(cat "$tree/srv-data/greeting") == from-the-host ]]
  [[ $(stat -c %U "$tree/srv-data/greeting" "$tree/etc-settings/version") == $'libvirt-qemu\nroot' ]]
  run -1 touch "$tree/etc-settings/new"
  run -1 touch "$tree/new"
  [[ -z $(grep "$TESTBED.*/share" /proc/self/mounts) ]]
}
