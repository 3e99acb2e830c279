# The testbed's containerd, with everything it writes below $TESTBED/containerd.

TestbedStartContainerd() {
  local home=$TESTBED/containerd snapshotter
  mkdir -p "$home"
  snapshotter=$(Snapshotter "$home")
  ContainerdConfig "$home" "$snapshotter" >"$home/config.toml"
  TestbedRestartContainerd
  ImportImages "$snapshotter"
}

# The same containerd again, with its images and containers.
TestbedRestartContainerd() {
  Spawn containerd containerd --config "$TESTBED/containerd/config.toml"
  WaitUntil 30 "containerd" Ctr version || { tail -n 20 "$TESTBED/log/containerd" >&2; return 1; }
}

Ctr() {
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io --timeout 20s "$@"
}

# overlayfs, or native where the file system cannot carry an overlay.
Snapshotter() {
  local probe=$1/probe
  mkdir -p "$probe"/{lower,upper,work,merged}
  if mount -t overlay overlay "$probe/merged" \
    -o "lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work" 2>/dev/null; then
    umount "$probe/merged"
    echo overlayfs
  else
    echo native
  fi
  rm -rf "$probe"
}

# restrict_oom_score_adj: sandboxes also start where CAP_SYS_RESOURCE is missing.
ContainerdConfig() {
  local home=$1 snapshotter=$2
  cat <<END
version = 2
root = "$home/root"
state = "$home/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]

[grpc]
  address = "$CONTAINERD_SOCKET"

[plugins."io.containerd.internal.v1.opt"]
  path = "$home/opt"

[plugins."io.containerd.grpc.v1.cri"]
  ${CONTAINERD_CRI_OPTIONS:-}
  sandbox_image = "$PAUSE_IMAGE"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$TESTBED/cni/conf"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "$TESTBED/runc"
END
}

# Imports busybox under two names, one of them as the image of sandboxes, without a registry.
ImportImages() {
  local layout=$TESTBED/oci root=$TESTBED/oci-root
  mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,root}
  cp "$(command -v busybox)" "$root/bin/busybox"
  chroot "$root" /bin/busybox --install -s /bin
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  umoci init --layout "$layout"
  umoci new --image "$layout:1"
  umoci insert --rootless --image "$layout:1" "$root" /
  umoci config --image "$layout:1" --config.cmd /bin/sh --config.env PATH=/bin
  tar -C "$layout" -cf "$layout.tar" .
  Import "$1" "${BUSYBOX_IMAGE%:*}" "$layout.tar"
  # Not "sleep": what looks for a sleeping process in a pod should not find the sandbox's own.
  umoci config --image "$layout:1" --config.cmd /bin/tail --config.cmd -f --config.cmd /dev/null
  umoci gc --layout "$layout"
  tar -C "$layout" -cf "$layout.tar" .
  Import "$1" "${PAUSE_IMAGE%:*}" "$layout.tar"
  rm -rf "$layout" "$layout.tar" "$root"
}

Import() {
  Ctr images import --snapshotter "$1" --base-name "$2" "$3" >/dev/null
}

# Ends all containers, through containerd where it still answers, and the hard way.
KillContainers() {
  local id
  if [[ -S $CONTAINERD_SOCKET ]] && IsRunning containerd; then
    for id in $(Ctr tasks list -q 2>/dev/null); do Ctr tasks rm --force "$id"; done >/dev/null 2>&1 || true
  fi
  [[ -d $TESTBED/runc/k8s.io ]] || return 0
  for id in $(runc --root "$TESTBED/runc/k8s.io" list -q 2>/dev/null); do
    runc --root "$TESTBED/runc/k8s.io" delete --force "$id" >/dev/null 2>&1 || true
  done
}
