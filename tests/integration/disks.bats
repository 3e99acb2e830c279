# What a VM has for disks and firmware, as its guest sees it.
load helpers

setup_file() { StartTestbed guest full signed; }
teardown_file() { StopTestbed; }
teardown() {
  RemovePodsAndCheck
  DetachLoops
}

# CreateRequest NAME ATTEMPT [DEVICES]: for a container in the sandbox $sandbox, of which $annotations
# tell. Create makes it, and prints its id.
CreateRequest() {
  echo "pod_sandbox_id: \"$sandbox\"
    config {metadata {name: \"guest\" attempt: $2} image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}
      linux {resources {memory_limit_in_bytes: 201326592}} log_path: \"guest-$2.log\" ${3:-}}
    sandbox_$(SandboxConfig "$1" "$annotations")"
}

Create() {
  Cri CreateContainer "$(CreateRequest "$@")" | Field container_id
}

Start() {
  Cri StartContainer "container_id: \"$1\""
}

GuestAnswers() {
  address=$(Cri PodSandboxStatus "pod_sandbox_id: \"$sandbox\"" | Field ip)
  [[ -n $address ]] && Ssh "$address" true
}

# Serial numbers of virtio disks, and vendors of SCSI ones, with sizes in sectors and write protection.
GuestDisks() {
  Ssh "$address" 'cd /sys/block; for d in [vs]d?; do
    s=$(cat $d/serial 2>/dev/null || dd if=$d/device/vpd_pg80 bs=1 skip=4 2>/dev/null)
    echo "$d $s $(cat $d/size) $(cat $d/ro)"; done'
}

@test "A guest sees its disks by size, serial and bus; root and extra disk outlive the container" {
  mkdir -p "$TESTBED/pods/disks"
  data=$(Loop data 8M) logs=$(Loop logs 4M)
  owner=$(stat -c '%u %g %a' "$data")
  annotations="$(Annotation crimux.io/root-size 64Mi)
    $(Annotation crimux.io/disks '[{name: spare, size: 16Mi}, {name: old, size: 2Mi, bus: scsi}]')"
  devices="$(Device "$data" /dev/data rwm) $(Device "$logs" /dev/logs r)"
  Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
  sandbox=$(Cri RunPodSandbox "$(SandboxConfig disks "$annotations")" | Field pod_sandbox_id)
  first=$(Create disks 0 "$devices")
  Start "$first"
  WaitUntil 90 "the guest" GuestAnswers
  seen=$(GuestDisks)
  Contains "$seen" '^vda +131072 0$'
  Contains "$seen" '^vdb spare 32768 0$'
  Contains "$seen" '^sda old 4096 0$'
  Contains "$seen" '^vdc dev-data 16384 0$'
  Contains "$seen" '^vdd dev-logs 8192 1$'
  # On the last megabyte of the root disk, which the image has not.
  Ssh "$address" 'echo root | dd of=/dev/vda bs=1M seek=63 conv=fsync; echo spare | dd of=/dev/vdb conv=fsync
    echo data | dd of=/dev/vdc conv=fsync; ! echo logs | dd of=/dev/vdd conv=fsync' 2>/dev/null
  [[ $(head -c 4 "$data") == data && $(stat -c '%u %g %a' "$data") == "$owner" ]]

  Cri StopContainer "container_id: \"$first\" timeout: 20"
  Cri RemoveContainer "container_id: \"$first\""
  # The image stays for the disk that lies over it.
  Refuses FAILED_PRECONDITION RemoveImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
  Start "$(Create disks 1 "$devices")"
  WaitUntil 90 "the guest, again" GuestAnswers
  Contains "$(Ssh "$address" 'dd if=/dev/vda bs=1M skip=63 2>/dev/null | head -c 4; head -c 5 /dev/vdb
    head -c 4 /dev/vdc')" '^rootsparedata$'
}

@test "Guests that know no virtio have IDE, SATA and CD-ROMs" {
  mkdir -p "$TESTBED/volumes/tools"
  echo 'on the CD' >"$TESTBED/volumes/tools/README"
  xorriso -as mkisofs -quiet -V TOOLS -o "$TESTBED/volumes/tools.iso" "$TESTBED/volumes/tools" 2>&1
  local bus name
  for bus in ide sata; do
    VmPod "$bus" "$VM_IMAGE_PREFIX/full.qcow2" 'volumes:' \
      "  - {name: isos, hostPath: {path: $TESTBED/volumes}}" | sed "/annotations:/a\\
    crimux.io/disk-bus: $bus\\
    crimux.io/disks: '[{name: spare, size: 16Mi}]'\\
    crimux.io/cdroms: '[{path: /isos/tools.iso}]'\\
    crimux.io/shares: none" >"$TESTBED/$bus.yaml"
    echo '      volumeMounts: [{name: isos, mountPath: /isos, readOnly: true}]' >>"$TESTBED/$bus.yaml"
    RunPod <"$TESTBED/$bus.yaml"
  done
  for bus in ide sata; do
    WaitUntil 150 "the guest on $bus" LogHas "$bus" 'ready, address'
    address=$(PodAddress "$bus")
    # The kernel names disks as it finds them, the ports of AHCI side by side: sdb may be the first.
    seen=$(Ssh "$address" 'cd /sys/block; for d in sd? sr?; do echo "$d $(cat $d/size) $(cat $d/device/vendor)"; done
      for d in /sys/bus/pci/drivers/ahci/0* /sys/bus/pci/drivers/ata_piix/0*; do [ ! -e $d ] || echo $d; done
      mkdir /cd && mount -t iso9660 -o ro /dev/sr0 /cd && cat /cd/*')
    echo "$seen"
    [[ $(grep -c '^sd[ab] [0-9]* ATA' <<<"$seen") == 2 ]]
    Contains "$seen" '^sd[ab] 32768 ATA'
    Contains "$seen" "^/sys/bus/pci/drivers/$([[ $bus == ide ]] && echo ata_piix || echo ahci)/0"
    Contains "$seen" '^on the CD$'
  done
}

@test "A root disk on a volume is filled once, and survives its pod" {
  mkdir -p "$TESTBED/pods"/root{,2}
  root=$(Loop root 48M)
  annotations=$(Annotation crimux.io/disk-bus scsi)
  Cri PullImage "image {image: \"$VM_IMAGE_PREFIX/guest.qcow2\"}"
  sandbox=$(Cri RunPodSandbox "$(SandboxConfig root "$annotations")" | Field pod_sandbox_id)
  Start "$(Create root 0 "$(Device "$root" / rwm)")"
  WaitUntil 90 "the guest" GuestAnswers
  Contains "$(GuestDisks)" '^sda .*96256 0$'
  Ssh "$address" 'echo mine | dd of=/dev/sda bs=1M seek=40 conv=fsync' 2>/dev/null
  Cri StopPodSandbox "pod_sandbox_id: \"$sandbox\""
  Cri RemovePodSandbox "pod_sandbox_id: \"$sandbox\""
  sandbox=$(Cri RunPodSandbox "$(SandboxConfig root2 "$annotations")" | Field pod_sandbox_id)
  Start "$(Create root2 0 "$(Device "$root" / rwm)")"
  WaitUntil 90 "the next pod's guest" GuestAnswers
  [[ $(Ssh "$address" 'dd if=/dev/sda bs=1M skip=40 2>/dev/null | head -c 4') == mine ]]
}

@test "A guest with UEFI and a TPM has both, with the UUID of its pod; what the node lacks is refused" {
  # Its boot loader for UEFI fails with less memory.
  VmPod firm "$VM_IMAGE_PREFIX/guest.qcow2" | sed "s/192Mi/320Mi/; /annotations:/a\\
    crimux.io/firmware: uefi\\
    crimux.io/tpm: 'true'\\
    crimux.io/cpu-features: -avx2\\
    VirtletSystemUUID: 6f1c9d38-8a4e-4f0a-9d53-0123456789ab" | RunPod
  WaitUntil 120 "the guest" LogHas firm 'ready, address'
  seen=$(Ssh "$(PodAddress firm)" 'ls -d /sys/firmware/efi /sys/class/tpm/tpm0
    cat /sys/class/tpm/tpm0/tpm_version_major /sys/class/dmi/id/product_uuid; grep -c avx2 /proc/cpuinfo; true')
  Contains "$seen" '^/sys/firmware/efi$'
  Contains "$seen" '^/sys/class/tpm/tpm0$'
  Contains "$seen" '^2$'
  Contains "$seen" '^6f1c9d38-8a4e-4f0a-9d53-0123456789ab$'
  Contains "$seen" '^0$'
  [[ -s $(find "$TESTBED/vm/disks" -name nvram.fd) ]]
  [[ -n $(find "$TESTBED/vm/libvirt" -path '*6f1c9d38*' -type f) ]]
  Crimuxctl rm firm
  [[ -z $(find "$TESTBED/vm/libvirt" -path '*6f1c9d38*') ]]

  # Here without KVM.
  annotations=$(Annotation crimux.io/profile windows)
  sandbox=$(Cri RunPodSandbox "$(SandboxConfig win "$annotations")" | Field pod_sandbox_id)
  Refuses 'FAILED_PRECONDITION: .*Hyper-V enlightenments.*they need KVM' CreateContainer \
    "$(CreateRequest win 0)"
  Refuses 'INVALID_ARGUMENT: .*crimux.io/libvirt-xml.*libvirtXmlElements' RunPodSandbox \
    "$(SandboxConfig xml "$(Annotation crimux.io/libvirt-xml '<domain/>')")"
}

# SecureVmPod NAME IMAGE: a manifest.
SecureVmPod() {
  VmPod "$1" "$VM_IMAGE_PREFIX/$2.qcow2" | sed "s/192Mi/320Mi/; /annotations:/a\\
    crimux.io/secure-boot: 'true'"
}

@test "With Secure Boot a guest boots what is signed, and nothing else" {
  SecureVmPod signed signed | RunPod
  SecureVmPod unsigned guest | RunPod
  WaitUntil 180 "the signed guest" LogHas signed 'ready, address'
  Contains "$(Ssh "$(PodAddress signed)" dmesg)" 'Secure boot enabled'
  WaitUntil 60 "the firmware to refuse the other" LogHas unsigned 'Access Denied|Security Violation'
  run -1 LogHas unsigned 'ready, address'
}
