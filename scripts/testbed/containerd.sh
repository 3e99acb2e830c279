# The testbed's containerds, each with everything it writes below $TESTBED/NAME and its socket at
# $TESTBED/NAME.sock. The first is "containerd"; functions without a name mean that one.

# TestbedStartContainerd [NAME [FOLDER]]: Debian's, or the programs of a folder (see
# scripts/containerd2). $CONTAINERD_CRI_OPTIONS: lines for its CRI plugin.
TestbedStartContainerd() {
  local name=${1:-containerd} home snapshotter
  home=$TESTBED/$name
  mkdir -p "$home"
  echo "${2:+$2/usr/bin:}$PATH" >"$home/path"
  snapshotter=$(Snapshotter "$home")
  ContainerdConfig "$name" "$snapshotter" >"$home/config.toml"
  TestbedRestartContainerd "$name"
  ImportImages "$name" "$snapshotter"
}

# The same containerd again, with its images and containers.
TestbedRestartContainerd() {
  local name=${1:-containerd}
  Spawn "$name" env "PATH=$(cat "$TESTBED/$name/path")" containerd --config "$TESTBED/$name/config.toml"
  WaitUntil 30 "$name" Ctr "$name" version || { tail -n 20 "$TESTBED/log/$name" >&2; return 1; }
}

# Ctr NAME ARGUMENT...
Ctr() {
  local name=$1
  shift
  PATH=$(cat "$TESTBED/$name/path") ctr --address "$TESTBED/$name.sock" --namespace k8s.io \
    --timeout 20s "$@"
}

# The names of all that were started.
Containerds() {
  find "$TESTBED" -mindepth 2 -maxdepth 2 -name config.toml -printf '%P\n' 2>/dev/null | cut -d / -f 1
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
  local home=$TESTBED/$1 snapshotter=$2
  cat <<END
version = 2
root = "$home/root"
state = "$home/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]

[grpc]
  address = "$home.sock"

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
        Root = "$home/runc"
END
}

# Imports busybox under two names, one of them as the image of sandboxes, without a registry.
# ImportImages NAME SNAPSHOTTER
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
  Import "$@" "${BUSYBOX_IMAGE%:*}" "$layout.tar"
  # Not "sleep": what looks for a sleeping process in a pod should not find the sandbox's own.
  umoci config --image "$layout:1" --config.cmd /bin/tail --config.cmd -f --config.cmd /dev/null
  umoci gc --layout "$layout"
  tar -C "$layout" -cf "$layout.tar" .
  Import "$@" "${PAUSE_IMAGE%:*}" "$layout.tar"
  rm -rf "$layout" "$layout.tar" "$root"
}

Import() {
  Ctr "$1" images import --snapshotter "$2" --base-name "$3" "$4" >/dev/null
}

# Ends all containers, through containerd where it still answers, and the hard way.
KillContainers() {
  local name id
  for name in $(Containerds); do
    if [[ -S $TESTBED/$name.sock ]] && IsRunning "$name"; then
      for id in $(Ctr "$name" tasks list -q 2>/dev/null); do
        Ctr "$name" tasks rm --force "$id"
      done >/dev/null 2>&1 || true
    fi
    [[ -d $TESTBED/$name/runc/k8s.io ]] || continue
    for id in $(runc --root "$TESTBED/$name/runc/k8s.io" list -q 2>/dev/null); do
      runc --root "$TESTBED/$name/runc/k8s.io" delete --force "$id" >/dev/null 2>&1 || true
    done
  done
}
