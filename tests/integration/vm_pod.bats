# A disk image as a pod, run as the kubelet would.
load helpers

setup_file() { StartTestbed guest; }
teardown_file() { StopTestbed; }
teardown() { RemovePodsAndCheck; }

@test "A VM pod serves HTTP at its pod address and prints its console to its log" {
  StartVm web guest
  address=$(PodAddress web)
  [[ $address == "$SUBNET".* ]]
  Contains "$(LogText web)" "^crimux guest: ready, address $address"
  Contains "$(curl -fsS --max-time 10 "http://$address/")" "hello from web at $address"
  [[ $(ContainerState web) == CONTAINER_RUNNING ]]
}

@test "Every line of a VM's log has the form of a CRI log" {
  StartVm web guest
  run -1 grep -Ev '^[0-9-]{10}T[0-9:]{8}\.[0-9]{1,9}(Z|[+-][0-9]{2}:[0-9]{2}) stdout [FP] ' "$(LogFile web)"
  [[ $(LogFile web) == /* ]]
}

@test "The guest gets address, MTU, route and name from the pod's network by DHCP" {
  StartVm web guest
  address=$(PodAddress web)
  guest=$(Ssh "$address" 'ip -4 addr show eth0; cat /sys/class/net/eth0/mtu; ip route; hostname')
  Contains "$guest" "inet $address/24"
  Contains "$guest" '^1400$'
  Contains "$guest" "^default via $SUBNET.1 "
  Contains "$guest" '^web$'
}

@test "The VM has the MAC address of the pod's interface, and QEMU lives in the pod's namespace" {
  StartVm web guest
  mac=$(Ssh "$(PodAddress web)" cat /sys/class/net/eth0/address)
  grep -rq "$mac" "$TESTBED/cni/cache"
  pid=$(QemuPid)
  [[ $(stat -L -c %i "/proc/$pid/ns/net") == $(stat -L -c %i "$TESTBED"/netns/*) ]]
  [[ $(stat -c %U "/proc/$pid") == libvirt-qemu ]]
}

@test "crimuxctl ps lists a VM pod and a container pod, and logs shows both" {
  ContainerPod box 'echo from-the-container; exec sleep 1000' | RunPod
  StartVm web guest
  list=$(Crimuxctl ps)
  Contains "$list" box
  Contains "$list" web
  WaitUntil 10 "the container's log" LogHas box from-the-container
  Contains "$(Crimuxctl logs box)" from-the-container
  Contains "$(Crimuxctl logs web)" 'crimux guest: ready'
}

@test "A container pod and a VM pod reach each other" {
  StartVm web guest
  address=$(PodAddress web)
  # nc: the static busybox looks up no services, as its wget would.
  ContainerPod box "printf \"GET / HTTP/1.0\\r\\n\\r\\n\" | nc $address 80; exec httpd -f -p 80" | RunPod
  WaitUntil 20 "the guest's answer" LogHas box 'hello from web'
  # 404: the container's httpd has no such file, but it has answered.
  Contains "$(Ssh "$address" "printf 'GET /none HTTP/1.0\r\n\r\n' | nc $(PodAddress box) 80")" 404
}

@test "Two VM pods of one image run side by side, each with a disk and an address of its own" {
  VmPod one "$VM_IMAGE_PREFIX/guest.qcow2" | RunPod
  VmPod two "$VM_IMAGE_PREFIX/guest.qcow2" | RunPod
  WaitUntil 90 "one" LogHas one 'ready, address'
  WaitUntil 90 "two" LogHas two 'ready, address'
  [[ $(PodAddress one) != "$(PodAddress two)" ]]
  Contains "$(curl -fsS "http://$(PodAddress one)/")" 'hello from one'
  Contains "$(curl -fsS "http://$(PodAddress two)/")" 'hello from two'
}

@test "A RuntimeClass sends a pod to the VM runtime as the annotation does" {
  VmPod classy "$VM_IMAGE_PREFIX/guest.qcow2" 'runtimeClassName: vm' |
    sed '/annotations:/d; /target-runtime/d' | RunPod
  WaitUntil 90 "the guest" LogHas classy 'ready, address'
  Contains "$(Cri PodSandboxStatus "pod_sandbox_id: \"$(SandboxId classy)\"")" 'runtime_handler: "vm"'
}

@test "crimuxctl rm removes the VM pod and leaves its image" {
  StartVm web guest
  Crimuxctl rm web
  [[ -z $(SandboxId web) && -z $(QemuPid) ]]
  NothingLeft
  Contains "$(Cri ListImages)" "$VM_IMAGE_PREFIX/guest.qcow2"
}

@test "crimuxctl status names the runtimes" {
  status_text=$(Crimuxctl status)
  Contains "$status_text" containerd
  Contains "$status_text" vm
  curl -fsS --unix-socket "$STATUS_SOCKET" http://crimux/status | jq -e .
}
