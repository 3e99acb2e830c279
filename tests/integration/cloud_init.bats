# A Debian with the real cloud-init takes from its seed all that the pod's manifest says, in both
# formats. The two VMs boot side by side, which takes minutes without KVM; all tests read from them.
load helpers

setup_file() {
  TestbedCreate
  TestbedCreateNet
  DualStack
  "$REPOSITORY/scripts/cloud-image" "$TESTBED/www/debian.qcow2"
  TestbedStartFileServer
  TestbedWriteConfig
  TestbedStartContainerd
  TestbedStartCrimuxd
  CRICTL=$("$REPOSITORY/scripts/crictl" 2>/dev/null) || CRICTL=
  export CRICTL
  ssh-keygen -q -t ed25519 -N '' -C ops -f "$TESTBED/key"
  MakeVolumes
  MakeDisks
  NoCloudPod | RunPod
  ConfigDrivePod | RunPod
  WaitUntil 800 "cloud-init of one" IsDone one
  WaitUntil 800 "cloud-init of two" IsDone two
  WaitUntil 100 "the agent of two" grep -q "the guest's agent has written its files" "$TESTBED/log/crimuxd"
}
teardown_file() {
  Hangup one
  Hangup two
  Crimuxctl rm one || true
  Crimuxctl rm two || true
  HasNoLeftovers || TestbedLeftovers
  DetachLoops
  StopTestbed
}
teardown() {
  [[ -n ${BATS_TEST_COMPLETED:-} ]] || tail -n 10 "$TESTBED/log/crimuxd"
}

# Volumes as the kubelet lays them out: Volume KIND NAME KEY=VALUE...
Volume() {
  local folder=$TESTBED/volumes/kubernetes.io~$1/$2 pair
  mkdir -p "$folder/..2026"
  ln -s ..2026 "$folder/..data"
  shift 2
  for pair in "$@"; do
    printf '%b' "${pair#*=}" >"$folder/..2026/${pair%%=*}"
    ln -s "..data/${pair%%=*}" "$folder/${pair%%=*}"
  done
}

# The pods' network has IPv6, too.
DualStack() {
  local file=$TESTBED/cni/conf/10-crimux.conflist
  PREFIX6=fd$((RANDOM % 90 + 10)):$((RANDOM % 9000 + 1)):1:1:
  export PREFIX6
  jq --arg range "$PREFIX6:/64" '.plugins[0].ipam |= (.ranges += [[{subnet: $range}]] | .routes += [{dst: "::/0"}])' \
    "$file" >"$file.new"
  mv "$file.new" "$file"
}

# Each VM has a disk of its own, with the VM's name in its first bytes.
MakeDisks() {
  local name disk
  for name in one two; do
    disk=$(Loop "$name" 4M)
    echo "the disk of $name" >"$disk"
    ln -s "$disk" "$TESTBED/disk-$name"
  done
}

MakeVolumes() {
  Volume secret ops-keys "authorized_keys=$(cat "$TESTBED/key.pub")\n"
  Volume configmap vm-data 'runcmd=[[sh, -c, "echo from-the-source >>/run/order"]]' \
    'write_files=- {path: /etc/from-source, content: a ConfigMap}'
  Volume configmap vm-files 'a=plain text\n' a_path=/etc/plain a_encoding=plain \
    'b=AP8K' b_path=/opt/deep/binary
  Volume configmap settings 'version=first\n'
  mkdir -p "$TESTBED/volumes/data"
  printf '127.0.0.1 localhost\n127.0.1.1 one two\n10.9.8.7 friend.of.the.pod\n' >"$TESTBED/volumes/hosts"
}

# Pod NAME < lines of annotations
Pod() {
  cat <<END
apiVersion: v1
kind: Pod
metadata:
  name: $1
  annotations:
    kubernetes.io/target-runtime: virtlet.cloud
$(cat)
spec:
  terminationGracePeriodSeconds: 60
  dnsPolicy: None
  dnsConfig: {nameservers: [10.96.0.10, "fd00::a"], searches: [default.svc.cluster.local], options: [{name: ndots, value: "5"}]}
  volumes:
  - {name: keys, hostPath: {path: $TESTBED/volumes/kubernetes.io~secret/ops-keys}}
  - {name: vm-data, hostPath: {path: $TESTBED/volumes/kubernetes.io~configmap/vm-data}}
  - {name: vm-files, hostPath: {path: $TESTBED/volumes/kubernetes.io~configmap/vm-files}}
  - {name: settings, hostPath: {path: $TESTBED/volumes/kubernetes.io~configmap/settings}}
  - {name: data, hostPath: {path: $TESTBED/volumes/data}}
  - {name: hosts, hostPath: {path: $TESTBED/volumes/hosts}}
  - {name: disk, hostPath: {path: $TESTBED/disk-$1}}
  containers:
  - name: guest
    image: virtlet.cloud/${VM_IMAGE_PREFIX#*/}/debian.qcow2
    imagePullPolicy: IfNotPresent
    resources: {limits: {memory: 768Mi}}
    env:
    - {name: COLOUR, value: 'deep "blue" \$HOME'}
    - {name: PLAIN, value: yes-and-no}
    volumeMounts:
    - {name: keys, mountPath: /run/ops-keys, readOnly: true}
    - {name: vm-data, mountPath: /run/vm-data, readOnly: true}
    - {name: vm-files, mountPath: /run/vm-files, readOnly: true}
    - {name: settings, mountPath: /etc/my settings, readOnly: true}
    - {name: data, mountPath: /srv/data}
    - {name: hosts, mountPath: /etc/hosts, readOnly: true}
    volumeDevices: [{name: disk, devicePath: /dev/data/first}]
END
}

NoCloudPod() {
  Pod one <<'END'
    crimux.io/exec: ssh
    crimux.io/ssh-key-source: secret/ops-keys
    crimux.io/user-data-source: configmap/vm-data
    crimux.io/files-source: configmap/vm-files
    crimux.io/write-mounts: "true"
    crimux.io/user-data: |
      runcmd: [[sh, -c, "echo from-the-annotation >>/run/order"]]
      write_files: [{path: /etc/motd, content: "a VM\n"}]
END
}

# By Virtlet's names, with a script in place of user-data, and files by the guest's agent.
ConfigDrivePod() {
  Pod two <<END
    crimux.io/agent-files: "true"
    crimux.io/disk-bus: scsi
    crimux.io/ssh-user: debian
    crimux.io/ignition: '{"ignition": {"version": "3.3.0"}}'
    VirtletCloudInitImageType: configdrive
    VirtletCloudInitMetaData: "{instance-id: chosen}"
    VirtletSSHKeys: $(cat "$TESTBED/key.pub")
    VirtletFilesFromDataSource: mount:/run/vm-files
    VirtletCloudInitUserDataScript: |
      #!/bin/sh
      echo from-the-script >/run/order
END
}

# In NAME COMMAND: in that guest, as its default user, who may become root. One connection serves all
# of a test's commands: it is what takes the time.
In() {
  InTestbedNet ssh -i "$TESTBED/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o LogLevel=ERROR -o ConnectTimeout=60 -o ServerAliveInterval=60 -o ControlMaster=auto \
    -o ControlPath="$TESTBED/%h" -o ControlPersist=yes "debian@$(Address "$1")" "$2" </dev/null
}

Address() {
  [[ -s $TESTBED/address-$1 ]] || PodAddress "$1" >"$TESTBED/address-$1"
  cat "$TESTBED/address-$1"
}

Hangup() {
  InTestbedNet ssh -o ControlPath="$TESTBED/%h" -O exit "debian@$(Address "$1")" 2>/dev/null || true
}

# Whatever came of it.
IsDone() {
  Contains "$(In "$1" 'cloud-init status' 2>/dev/null)" 'status: (done|error)'
}

@test "cloud-init finds the seed, by the label of its format, and has no complaint" {
  for name in one two; do Contains "$(In "$name" 'cloud-init status --long')" 'status: done'; done
  Contains "$(In one 'cloud-init status --long')" 'DataSourceNoCloud \[seed=/dev/vd'
  Contains "$(In two 'cloud-init status --long')" 'DataSourceConfigDrive'
  [[ $(In one 'cloud-init query instance_id') == one.default ]]
  [[ $(In two 'cloud-init query instance_id') == chosen ]]
  for name in one two; do
    In "$name" '! grep -E "WARNING|Traceback" /var/log/cloud-init.log'
  done
}

@test "The guest has the pod's name, address, route, MTU and DNS, without DHCP" {
  for name in one two; do
    address=$(Address "$name")
    [[ $(In "$name" hostname) == "$name" ]]
    Contains "$(In "$name" 'ip -4 addr show eth0')" "inet $address/24 .*scope global eth0"
    Contains "$(In "$name" 'ip link show eth0')" 'mtu 1400'
    Contains "$(In "$name" 'ip route')" "^default via $SUBNET.1 dev eth0 proto static"
    Contains "$(In "$name" 'resolvectl dns eth0')" '10.96.0.10 fd00::a'
    Contains "$(In "$name" 'resolvectl domain eth0')" 'default.svc.cluster.local'
    Contains "$(In "$name" 'cat /etc/resolv.conf')" 'nameserver 10.96.0.10'
    Contains "$(In "$name" 'cat /etc/hosts')" '10.9.8.7 friend.of.the.pod'
  done
}

@test "The guest has the pod's IPv6 address and route as well, and is reached by them" {
  for name in one two; do
    address6=$(Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId "$name")\"" | Field ip | sed -n 2p)
    Contains "$address6" "^$PREFIX6"
    Contains "$(In "$name" 'ip -6 addr show eth0')" "inet6 $address6/64 .*scope global"
    # Beside the router that is advertised, which leads to the same gateway.
    Contains "$(In "$name" 'ip -6 route')" "via $PREFIX6:1 dev eth0"
    [[ $(InTestbedNet bash -c "exec 3<>/dev/tcp/$address6/22 && head -c 4 <&3") == SSH- ]]
  done
}

@test "The guest has the pod's environment, as a shell and as systemd read it" {
  for name in one two; do
    Contains "$(In "$name" '. /etc/cloud/environment; echo "$COLOUR $PLAIN"')" '^deep "blue" \$HOME yes-and-no$'
    Contains "$(In "$name" 'sudo systemd-run -q --pipe -p EnvironmentFile=/etc/cloud/environment printenv COLOUR')" \
      '^deep "blue" \$HOME$'
  done
}

@test "The guest finds each mount at the path that the manifest names" {
  for name in one two; do
    In "$name" "echo $name | sudo tee /srv/data/$name"
    [[ $(cat "$TESTBED/volumes/data/$name") == "$name" ]]
  done
  [[ $(In two 'cat "/etc/my settings/version"') == first ]]
  Contains "$(In two 'sudo touch "/etc/my settings/x"' 2>&1 || true)" 'Read-only'
}

@test "The guest finds its block volume at the devicePath that the manifest names, on either bus" {
  for name in one two; do
    [[ $(In "$name" 'sudo head -n 1 /dev/data/first') == "the disk of $name" ]]
    In "$name" "echo written by $name | sudo dd of=/dev/data/first oflag=direct conv=sync status=none"
    [[ $(head -n 1 "$TESTBED/disk-$name") == "written by $name" ]]
  done
  Contains "$(In one 'readlink -f /dev/data/first')" '^/dev/vd'
  Contains "$(In two 'readlink -f /dev/data/first')" '^/dev/sd'
}

@test "exec goes to the guest's agent, or by the node's key, which the seed has brought" {
  # root by the node's key; by the agent, although SSH would be debian; and debian, as agents can't stream.
  for name in one two; do
    answer=$(ExecSync "$name" 60 sh -c 'id -un; echo "by $SSH_CONNECTION"; echo err >&2; exit 3')
    Contains "$answer" "^stdout: .root.nby $([[ $name == two ]] && echo '.n' || echo '[0-9]')"
    Contains "$answer" '^stderr: "err.n"'
    Contains "$answer" '^exit_code: 3'
  done
  [[ -z $CRICTL ]] || [[ $(echo typed | Crictl exec -i "$(ContainerId two)" sh -c 'id -un; cat') == $'debian\ntyped' ]]
  for name in one two; do
    Refuses DEADLINE_EXCEEDED ExecSync "container_id: \"$(ContainerId "$name")\" timeout: 2 cmd: \"sleep\" cmd: \"12345\""
    WaitUntil 30 "the end of the command" In "$name" '! pgrep -f "[s]leep 12345"'
  done
}

HasFileSystems() {
  Cri ListPodSandboxMetrics >"$TESTBED/metrics"
  grep -q 'container_guest_filesystem_used_bytes' "$TESTBED/metrics"
}

@test "Metrics tell of the guest's file systems what its agent says" {
  WaitUntil 60 "the agents' answers" HasFileSystems
  metric=$(grep -A 15 '"container_guest_filesystem_size_bytes"' "$TESTBED/metrics")
  Contains "$metric" 'label_values: "ext4"'
  Contains "$metric" 'label_values: "/"'
  size=$(sed -n 's/^ *value: \([0-9]*\)$/\1/p' <<<"$metric" | head -n 1)
  # The agent leaves out what is root's alone.
  ((size == $(In two 'stat -f -c "%b %f %a %S" /' | awk '{print ($1 - $2 + $3) * $4}')))
}

@test "Files of a data source are written, text and bytes, by cloud-init or the guest's agent" {
  for name in one two; do
    [[ $(In "$name" 'cat /etc/plain') == 'plain text' ]]
    [[ $(In "$name" 'od -An -tx1 /opt/deep/binary') == ' 00 ff 0a' ]]
  done
  [[ $(In two 'stat -c %a /opt/deep/binary') == 644 ]]
  # crimux.io/write-mounts: copies, not mounts.
  [[ $(In one 'cat "/etc/my settings/version"') == first ]]
  In one '! mountpoint -q "/etc/my settings"'
}

@test "user-data is merged, lists appended; a script takes its place" {
  [[ $(In one 'cat /run/order') == $'from-the-source\nfrom-the-annotation' ]]
  [[ $(In one 'cat /etc/from-source') == 'a ConfigMap' ]]
  [[ $(In one 'cat /etc/motd') == 'a VM' ]]
  [[ $(In two 'cat /run/order') == from-the-script ]]
}

@test "A configuration for Ignition is where Ignition looks for it" {
  In two 'sudo modprobe qemu_fw_cfg'
  [[ $(In two 'sudo cat /sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw') == \
    '{"ignition": {"version": "3.3.0"}}' ]]
}

IsAnotherBoot() {
  local now
  now=$(In "$1" 'cat /proc/sys/kernel/random/boot_id' 2>/dev/null) && [[ $now != "$2" ]]
}

@test "After a reboot of the guests all of it is still there" {
  local -A before
  for name in one two; do
    before[$name]=$(In "$name" 'cat /proc/sys/kernel/random/boot_id')
    timeout 20 ssh -o ControlPath="$TESTBED/%h" "debian@$(Address "$name")" 'sudo systemctl reboot' || true
    Hangup "$name"
  done
  for name in one two; do
    WaitUntil 800 "the reboot of $name" IsAnotherBoot "$name" "${before[$name]}"
    WaitUntil 800 "cloud-init of $name after the reboot" IsDone "$name"
    Contains "$(In "$name" 'cloud-init status --long')" 'status: done'
    [[ $(In "$name" 'cat "/etc/my settings/version"; cat /etc/plain; hostname') == $'first\nplain text\n'"$name" ]]
    [[ $(In "$name" "cat /srv/data/$name") == "$name" ]]
    [[ $(In "$name" 'sudo head -n 1 /dev/data/first') == "written by $name" ]]
    # Commands of user-data belong to the instance, not to the boot.
    In "$name" '! test -e /run/order'
  done
  # The network is configured at every boot, since a pod that comes again has another address.
  In one 'test /etc/netplan/50-cloud-init.yaml -nt /proc/1'
}
