# An image registry on the loopback (Debian's docker-registry). A containerd that is told of it
# (TestbedContainerdMirrors) pulls every image from there, whatever registry its name says.

# With $REGISTRY_USERS, a file of htpasswd's with bcrypt, only those get in.
TestbedStartRegistry() {
  cat >"$TESTBED/registry.yaml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $TESTBED/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:0"}
${REGISTRY_USERS:+auth: {htpasswd: {realm: test, path: $REGISTRY_USERS\}\}}
END
  Spawn registry docker-registry serve "$TESTBED/registry.yaml"
  WaitUntil 20 "the registry's port" RegistryPort
  REGISTRY=127.0.0.1:$(RegistryPort)
  export REGISTRY
}

RegistryPort() {
  grep -o 'listening on 127\.0\.0\.1:[0-9]*' "$TESTBED/log/registry" | grep -o '[0-9]*$'
}

# Prints a folder for containerd's registry.config_path.
TestbedContainerdMirrors() {
  mkdir -p "$TESTBED/mirrors/_default"
  printf '[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$REGISTRY" \
    >"$TESTBED/mirrors/_default/hosts.toml"
  echo "$TESTBED/mirrors"
}

# PushImage LAYOUT:TAG REPOSITORY:TAG [OPTION...]: from an OCI layout.
PushImage() {
  InTestbedNet skopeo copy --quiet --insecure-policy --dest-tls-verify=false "${@:3}" "oci:$1" \
    "docker://$REGISTRY/$2"
}
