#include <tuple>

#include <catch2/catch.hpp>

#include "config/config.h"

namespace crimux {
namespace {

using std::chrono::milliseconds;

TEST_CASE("top-level values are read") {
  Config config = ParseConfig(R"(
listen: /tmp/a.sock
status: /tmp/b.sock
logLevel: debug
drainTimeout: 1m30s
lastKnownDir: /srv/lists/
cgroupDriver: cgroupfs
version: {runtimeName: crimux, runtimeVersion: 1.2.3}
)",
                              "f");
  CHECK(config.listen == "/tmp/a.sock");
  CHECK(config.status == "/tmp/b.sock");
  CHECK(config.log_level == "debug");
  CHECK(config.drain_timeout == milliseconds{90'000});
  CHECK(config.last_known_dir == "/srv/lists/");
  CHECK(config.cgroup_driver == "cgroupfs");
  CHECK(config.runtime_name == "crimux");
  CHECK(config.runtime_version == "1.2.3");
  CHECK(config.runtimes == DefaultConfig().runtimes);
}

TEST_CASE("where streams are relayed, and whose, is read") {
  Config config = ParseConfig(R"(
streaming: {address: 127.0.0.3, port: 10255, idleTimeout: 1h}
runtimes:
- {name: a, endpoint: unix:///a, default: true, streaming: proxy}
- {name: b, endpoint: unix:///b, streaming: direct}
)",
                              "f");
  CHECK(config.streaming == StreamServerConfig{.address = "127.0.0.3",
                                               .port = 10255,
                                               .idle_timeout = std::chrono::hours{1}});
  CHECK(config.runtimes[0].relays_streams);
  CHECK_FALSE(config.runtimes[1].relays_streams);
}

TEST_CASE("every value of the VM runtime is read") {
  Config config = ParseConfig(R"(
runtimes:
- name: machines
  vm:
    stateDir: /srv/vm
    cniBinDirs: /usr/lib/cni
    cniConfDir: /etc/cni/vm
    cniCacheDir: /srv/cache
    netnsDir: /run/vmns
    cniTimeout: 45s
    cniGc: true
    bootTime: 5m
    accelerator: tcg
    handlers: [vm, firewall]
    imagePrefixes: disks.example/
    imageScheme: http
    imageSizeLimit: 10G
    imageCaFile: /etc/ca.pem
    imagePullGrace: 20m
    imageFolders: [/srv/images, /srv/more]
    imageTranslations:
    - {name: fw, url: "https://h.io/fw-$1", size: 2Gi, format: vmdk, transport: slow,
       sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}
    - regexp: 'debian(-\w+)?:(.*)'
      url: file:///srv/more/debian-$2${1}$$.raw
    imageTransports:
      slow: {timeout: 3h, retries: 9, redirects: 0, proxy: "http://proxy:3128", caFile: /a/ca.pem,
             certificate: /a/c.pem, key: /a/k.pem, serverName: images.h.io, insecure: true}
      plain:
    defaultMemory: 512Mi
    qemuUser: qemu
    qemuGroup: qemus
    emulator: /usr/bin/qemu
    streaming: {address: 127.0.0.2, port: 10250, idleTimeout: 30m, scrollback: 64Ki}
    virtiofsd: /usr/bin/virtiofsd
    libvirtXmlElements: [cputune, devices/disk/source@file]
)",
                              "f");
  VmConfig vm;
  vm.state_dir = "/srv/vm";
  vm.cni_bin_dirs = {"/usr/lib/cni"};
  vm.cni_conf_dir = "/etc/cni/vm";
  vm.cni_cache_dir = "/srv/cache";
  vm.netns_dir = "/run/vmns";
  vm.cni_timeout = std::chrono::seconds{45};
  vm.cni_gc = true;
  vm.boot_time = std::chrono::minutes{5};
  vm.accelerator = Accelerator::kTcg;
  vm.handlers = {"vm", "firewall"};
  vm.image_prefixes = {"disks.example/"};
  vm.image_scheme = "http";
  vm.image_size_limit = 10'000'000'000;
  vm.image_ca_file = "/etc/ca.pem";
  vm.image_pull_grace = std::chrono::minutes{20};
  vm.image_folders = {"/srv/images", "/srv/more"};
  vm.image_translations = {
      {.name = "fw",
       .url = "https://h.io/fw-$1",
       .digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
       .size = 2ULL << 30,
       .format = "vmdk",
       .transport = "slow"},
      {.regexp = "debian(-\\w+)?:(.*)", .url = "file:///srv/more/debian-$2${1}$$.raw"}};
  vm.image_transports["plain"] = {};
  vm.image_transports["slow"] = {.timeout = std::chrono::hours(3),
                                 .retries = 9,
                                 .redirects = 0,
                                 .proxy = "http://proxy:3128",
                                 .ca_file = "/a/ca.pem",
                                 .certificate = "/a/c.pem",
                                 .key = "/a/k.pem",
                                 .server_name = "images.h.io",
                                 .insecure = true};
  vm.default_memory = 512U << 20;
  vm.qemu_user = "qemu";
  vm.qemu_group = "qemus";
  vm.emulator = "/usr/bin/qemu";
  vm.streaming = {{.address = "127.0.0.2", .port = 10250, .idle_timeout = std::chrono::minutes{30}},
                  64 << 10};
  vm.virtiofsd = "/usr/bin/virtiofsd";
  vm.libvirt_xml_elements = {"cputune", "devices/disk/source@file"};
  REQUIRE(config.runtimes.size() == 1);
  CHECK(config.runtimes[0].vm == vm);
}

TEST_CASE("the only runtime is the default, and the default routes follow its name and words") {
  Config config = ParseConfig(R"(
runtimes:
- name: machines
  vm: {handlers: [a, b], imagePrefixes: p/}
)",
                              "f");
  CHECK(config.DefaultRuntime().is_default);
  REQUIRE(config.routes.size() == 4);
  CHECK(config.routes[0] == RouteConfig{.runtime = "machines", .handler = "a"});
  CHECK(config.routes[1] == RouteConfig{.runtime = "machines", .handler = "b"});
  CHECK(config.routes[2].annotation.at("kubernetes.io/target-runtime") ==
        std::vector<std::string>{"machines", "virtlet.cloud"});
  CHECK(config.routes[3] == RouteConfig{.runtime = "machines", .image_prefix = {"p/"}});
}

TEST_CASE("the CNI cache lies below a state folder that is named") {
  Config config = ParseConfig("runtimes: {name: vm, vm: {stateDir: /srv/vm/}}", "f");
  CHECK(config.runtimes[0].vm->cni_cache_dir == "/srv/vm/cni");
}

TEST_CASE("the default runtime comes first, the others keep their order") {
  Config config = ParseConfig(R"(
runtimes:
- {name: a, endpoint: "unix:///a"}
- {name: b, endpoint: "unix:///b"}
- {name: c, endpoint: "unix:///c", default: true, timeout: 5s}
- {name: vm, vm: }
)",
                              "f");
  std::string order;
  for (const RuntimeConfig& runtime : config.runtimes) order += runtime.name + " ";
  CHECK(order == "c a b vm ");
  CHECK(config.runtimes[0].timeout == milliseconds{5000});
  CHECK(config.runtimes[3].vm == VmConfig{});
}

TEST_CASE("all conditions of a route are read, a scalar standing for a list of one") {
  Config config = ParseConfig(R"(
runtimes: {name: only, endpoint: "unix:///a"}
routes:
- runtime: only
  handler: h
  annotation: {a: x, b: [y, z]}
  label: {l: v}
  namespace: kube-system
  imagePrefix: [p/, q/]
- {runtime: only, handler: ""}
)",
                              "f");
  REQUIRE(config.routes.size() == 2);
  const RouteConfig& route = config.routes[0];
  CHECK(route.runtime == "only");
  CHECK(route.handler == "h");
  CHECK(route.annotation ==
        std::map<std::string, std::vector<std::string>>{{"a", {"x"}}, {"b", {"y", "z"}}});
  CHECK(route.label == std::map<std::string, std::vector<std::string>>{{"l", {"v"}}});
  CHECK(route.pod_namespace == std::vector<std::string>{"kube-system"});
  CHECK(route.image_prefix == std::vector<std::string>{"p/", "q/"});
  CHECK(config.routes[1].handler == "");
}

TEST_CASE("how long a runtime is waited for, and what it means to the node, is read") {
  Config config = ParseConfig(R"(
runtimes:
- {name: a, endpoint: "unix:///a", default: true, required: false, timeout: 4s}
- {name: b, endpoint: "unix:///b", listTimeout: 250ms, required: true, lastKnownFor: 1h}
- {name: c, endpoint: "unix:///c", lastKnownFor: 0s}
)",
                              "f");
  const auto& [a, b, c] = std::tie(config.runtimes[0], config.runtimes[1], config.runtimes[2]);
  CHECK(a.list_timeout == milliseconds{4000});
  CHECK_FALSE(a.IsRequired());
  CHECK_FALSE(a.last_known_for);
  CHECK(b.list_timeout == milliseconds{250});
  CHECK(b.IsRequired());
  CHECK(b.last_known_for == milliseconds{3'600'000});
  CHECK(c.list_timeout == milliseconds{10'000});
  CHECK_FALSE(c.IsRequired());
  CHECK(c.last_known_for == milliseconds{0});
}

TEST_CASE("an image prefix is a route of its own, behind those of the file") {
  const std::string runtimes = R"(
runtimes:
- {name: a, endpoint: "unix:///a", default: true}
- {name: b, endpoint: "unix:///b", imagePrefix: b/}
- {name: c, endpoint: "unix:///c", imagePrefix: c.example/c_1/}
)";
  const RouteConfig b{.runtime = "b", .image_prefix = {"b/"}};
  const RouteConfig c{.runtime = "c", .image_prefix = {"c.example/c_1/"}};
  const RouteConfig pods{.runtime = "b", .label = {{"tier", {"b"}}}};
  Config config = ParseConfig(runtimes, "f");
  CHECK(config.runtimes[1].image_prefix == "b/");
  CHECK(config.runtimes[2].image_prefix == "c.example/c_1/");
  CHECK(config.routes == std::vector<RouteConfig>{b, c});
  CHECK(ParseConfig(runtimes + "routes: []", "f").routes == std::vector<RouteConfig>{b, c});
  CHECK(ParseConfig(runtimes + "routes: [{runtime: b, label: {tier: b}}]", "f").routes ==
        std::vector<RouteConfig>{pods, b, c});
  // One that the file has already stays where it is.
  CHECK(ParseConfig(runtimes + "routes: [{runtime: c, imagePrefix: c.example/c_1/}]", "f").routes ==
        std::vector<RouteConfig>{c, b});
}

TEST_CASE("an image prefix leads past the VM runtime's default routes") {
  Config config = ParseConfig(R"(
runtimes:
- {name: a, endpoint: "unix:///a", default: true}
- {name: vm, vm: }
- {name: b, endpoint: "unix:///b", imagePrefix: b/}
)",
                              "f");
  REQUIRE(config.routes.size() == 4);
  CHECK(config.routes[0].runtime == "vm");
  CHECK(config.routes[3] == RouteConfig{.runtime = "b", .image_prefix = {"b/"}});
}

TEST_CASE("without a VM runtime there are no default routes, and an empty list means none") {
  CHECK(ParseConfig("runtimes: {name: a, endpoint: 'unix:///a'}", "f").routes.empty());
  CHECK(ParseConfig("routes: []", "f").routes.empty());
}

}  // namespace
}  // namespace crimux
