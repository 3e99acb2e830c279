# The images that critest names, made of busybox and pushed to the testbed's registry under the same
# names. One is not there: nobody can make an image for the digest that one spec asks for.

# One layer of busybox for all; configs differ, so that every image has an id of its own.
MakeConformanceImages() {
  local layout=$TESTBED/critest-oci root=$TESTBED/critest-root
  MakeConformanceRoot "$root"
  umoci init --layout "$layout"
  umoci new --image "$layout:base"
  umoci insert --rootless --image "$layout:base" "$root" /
  umoci config --image "$layout:base" --config.env PATH=/usr/sbin:/usr/bin:/sbin:/bin --config.cmd sh

  local e2e=e2e-test-images tools=k8s-staging-cri-tools name
  PushVariant $e2e/busybox:1.29-2
  PushVariant $e2e/nginx:1.14-2 --config.cmd /usr/sbin/nginx --config.cmd 'master process'
  PushVariant $e2e/httpd:2.4.39-4 --config.cmd /usr/sbin/httpd-main
  PushVariant $e2e/nonewprivs:1.3 --config.cmd /usr/bin/effective-uid
  PushVariant $tools/hostnet-nginx-amd64:latest --config.cmd httpd --config.cmd -f --config.cmd -p \
    --config.cmd 12003 --config.cmd -h --config.cmd /www
  PushVariant $tools/test-image-user-uid:latest --config.user 1002
  PushVariant $tools/test-image-user-username:latest --config.user www-data
  PushVariant $tools/test-image-user-uid-group:latest --config.user 1003:users
  PushVariant $tools/test-image-user-username-group:latest --config.user www-data:100
  PushVariant $tools/test-image-predefined-group:latest --config.user 1000
  for name in latest:latest tag:test tag:all 1:latest 2:latest 3:latest; do
    PushVariant $tools/test-image-$name
  done
  # One image, three tags.
  PushVariant $tools/test-image-tags:1
  for name in 2 3; do PushImage "$layout:variant" $tools/test-image-tags:$name; done
  # One image, two registries, which are one here.
  PushVariant pause:3.9 --config.cmd sleep --config.cmd 2147483647
  rm -rf "$layout" "$root"
}

# PushVariant REPOSITORY:TAG [UMOCI-CONFIG-OPTION...]: the base with another config.
PushVariant() {
  local name=$1 layout=$TESTBED/critest-oci
  shift
  [[ $# != 0 ]] || set -- --config.label "image=$name"
  umoci config --image "$layout:base" --tag variant "$@"
  PushImage "$layout:variant" "$name"
}

MakeConformanceRoot() {
  local root=$1
  mkdir -p "$root"/{bin,etc,proc,sys,dev,root,www,usr/bin,usr/sbin,var/run,mnt}
  mkdir -m 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  # Hard links: one spec masks /bin/ls, and would mask all commands at once.
  chroot "$root" /bin/busybox --install /bin
  echo 'it works' >"$root/www/index.html"
  cat >"$root/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/www:/bin/sh
default-user:x:1000:1000::/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/sh
END
  cat >"$root/etc/group" <<'END'
root:x:0:
www-data:x:33:
users:x:100:
default-user:x:1000:
group-defined-in-image:x:50000:default-user
nogroup:x:65534:
END
  cat >"$root/usr/sbin/nginx" <<'END'
#!/bin/sh
echo $$ >/var/run/nginx.pid
httpd -f -p 80 -h /www &
wait
END
  cat >"$root/usr/sbin/httpd-main" <<'END'
#!/bin/sh
echo "httpd serves"
exec httpd -f -p 80 -h /www
END
  # Commands that Debian's busybox lacks.
  cat >"$root/usr/bin/pgrep" <<'END'
#!/bin/sh
grep -lx "$1" /proc/[0-9]*/comm 2>/dev/null | sed 's:[^0-9]::g'
END
  printf '#!/bin/sh\nexec cat /proc/sysvipc/shm\n' >"$root/usr/bin/ipcs"
  chmod 755 "$root"/usr/*bin/*
  MakeEffectiveUid "$root/usr/bin/effective-uid"
}

# A program of root's with the set-user-id bit, for which no_new_privs makes a difference.
MakeEffectiveUid() {
  gcc -static -O1 -x c -o "$1" - <<'END'
#include <stdio.h>
#include <unistd.h>
int main(void) { return printf("Effective uid: %d\n", (int)geteuid()) < 0; }
END
  chmod 4755 "$1"
}
