#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "config/config.h"

namespace crimux {
namespace {

struct Fault {
  std::string text;
  std::string message;
};

void CheckFaults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    CAPTURE(fault.text);
    try {
      ParseConfig(fault.text, "f");
      FAIL_CHECK("accepted");
    } catch (const Error& e) {
      CHECK(e.what() == fault.message);
      CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
    }
  }
}

std::string Vm(const std::string& line) { return "runtimes:\n- name: vm\n  vm:\n    " + line; }

std::string Runtimes(const std::string& lines) { return "runtimes:\n" + lines; }

TEST_CASE("an unknown key is refused, with the nearest one") {
  CheckFaults({
      {"listne: /a", "f:1:1: listne: unknown key; did you mean \"listen\"?"},
      {"status: /a\nLogLevel: info", "f:2:1: LogLevel: unknown key; did you mean \"logLevel\"?"},
      {"log_level: info", "f:1:1: log_level: unknown key; did you mean \"logLevel\"?"},
      {"banana: 1", "f:1:1: banana: unknown key"},
      {Vm("stateDirectory: /a"), "f:4:5: runtimes[0].vm.stateDirectory: unknown key"},
      {Vm("statedir: /a"),
       "f:4:5: runtimes[0].vm.statedir: unknown key; did you mean \"stateDir\"?"},
      {"routes:\n- runtime: vm\n  imagePrefixes: a",
       "f:3:3: routes[0].imagePrefixes: unknown key; did you mean \"imagePrefix\"?"},
  });
}

TEST_CASE("what is not YAML, or not one document, is refused at its place") {
  CheckFaults({
      {"listen: /a\nstatus: [\nroutes: x]]\n", "f:3:11: illegal flow end"},
      {"listen: /a\nstatus: [\n", "f:3:1: end of sequence flow not found"},
      {"listen: /a\nlisten: /b", "f:2:1: listen: appears twice"},
      {"listen: /a\n---\nlisten: /b", "f:3:1: a second document; one file holds one"},
      {"- listen", "f:1:1: must be a mapping, but is a list"},
      {"just words", "f:1:1: must be a mapping, but is a single value"},
      {"[a]: b", "f:1:1: must be a single value, but is a list"},
  });
}

TEST_CASE("a wrong type is refused") {
  CheckFaults({
      {"listen: [/a]", "f:1:9: listen: must be a single value, but is a list"},
      {"listen:", "f:1:1: listen: must be a single value, but is empty"},
      {"runtimes: {name: {}}", "f:1:18: runtimes.name: must be a single value, but is a mapping"},
      {Vm("cniBinDirs: [[/a]]"),
       "f:4:18: runtimes[0].vm.cniBinDirs[0]: must be a single value, but is a list"},
      {"runtimes: {name: a, endpoint: 'unix:///a', default: 'true'}",
       "f:1:53: runtimes.default: must be true or false, not \"true\""},
      {"runtimes: {name: a, endpoint: 'unix:///a', default: yes}",
       "f:1:53: runtimes.default: must be true or false, not \"yes\""},
  });
}

TEST_CASE("a value out of its range is refused") {
  std::string long_path = "/" + std::string(107, 'x');
  CheckFaults({
      {"logLevel: loud",
       "f:1:11: logLevel: must be one of trace, debug, info, warn, error, not \"loud\""},
      {"drainTimeout: 10",
       "f:1:15: drainTimeout: must be a duration such as \"500ms\", \"30s\" or "
       "\"2m\", not \"10\""},
      {"drainTimeout: 11m", "f:1:15: drainTimeout: must be from 0s to 10m, not 11m"},
      {"listen: run/a.sock", "f:1:9: listen: must be an absolute path, not \"run/a.sock\""},
      {"listen: /run/", "f:1:9: listen: must name a socket, not a folder"},
      {"listen: " + long_path,
       "f:1:9: listen: is 108 bytes long; a Unix socket's path has at most 107"},
      {"listen: /a\nstatus: /./a", "f:2:9: status: must differ from listen"},
      {Vm("stateDir: /" + std::string(44, 'x')),
       "f:4:15: runtimes[0].vm.stateDir: is 45 bytes long; at most 44, for the sockets below it"},
      {Vm("accelerator: hvf"),
       "f:4:18: runtimes[0].vm.accelerator: must be one of auto, kvm, tcg, not \"hvf\""},
      {Vm("imageScheme: ftp"),
       "f:4:18: runtimes[0].vm.imageScheme: must be one of https, http, not \"ftp\""},
      {Vm("imageSizeLimit: 64GB"),
       "f:4:21: runtimes[0].vm.imageSizeLimit: must be a quantity such as \"64Gi\", not \"64GB\""},
      {Vm("defaultMemory: 1Mi"), "f:4:20: runtimes[0].vm.defaultMemory: is too small: 1Mi"},
      {Vm("defaultMemory: 1Pi"), "f:4:20: runtimes[0].vm.defaultMemory: is too large: 1Pi"},
      {Vm("cniTimeout: 1500ms"), "f:4:17: runtimes[0].vm.cniTimeout: must be whole seconds"},
      {Vm("bootTime: 2h"), "f:4:15: runtimes[0].vm.bootTime: must be from 0s to 1h, not 2h"},
      {Vm("streaming: {address: 0.0.0.0}"),
       "f:4:26: runtimes[0].vm.streaming.address: must be an address of the loopback, such as "
       "127.0.0.1, not \"0.0.0.0\""},
      {"streaming: {scrollback: 1Ki}", "f:1:13: streaming.scrollback: unknown key"},
      {"runtimes:\n- name: vm\n  vm: {}\n  streaming: proxy",
       "f:4:14: runtimes[0].streaming: the VM runtime's streams are served by crimux anyway"},
      {Vm("streaming: {port: 65536}"),
       "f:4:23: runtimes[0].vm.streaming.port: must be from 0 to 65535, not 65536"},
      {Vm("streaming: {prot: 1}"),
       "f:4:17: runtimes[0].vm.streaming.prot: unknown key; did you mean \"port\"?"},
      {Vm("libvirtXmlElements: [name]"),
       "f:4:26: runtimes[0].vm.libvirtXmlElements[0]: \"name\" is no element that pods could be "
       "allowed"},
      {Vm("libvirtXmlElements: [devices]"),
       "f:4:26: runtimes[0].vm.libvirtXmlElements[0]: \"devices\" is no element that pods could be "
       "allowed"},
      {Vm("libvirtXmlElements: [devices/disk/source]"),
       "f:4:26: runtimes[0].vm.libvirtXmlElements[0]: \"devices/disk/source\" is no element that "
       "pods could be "
       "allowed"},
      {Vm("libvirtXmlElements: ['qemu:commandline']"),
       "f:4:26: runtimes[0].vm.libvirtXmlElements[0]: \"qemu:commandline\" is no element that pods "
       "could be "
       "allowed"},
      {Vm("libvirtXmlElements: [../x]"),
       "f:4:26: runtimes[0].vm.libvirtXmlElements[0]: \"../x\" is no element that pods could be "
       "allowed"},
      {Vm("cniBinDirs: []"), "f:4:17: runtimes[0].vm.cniBinDirs: needs at least one path"},
      {Vm("handlers: [vm, '']"), "f:4:20: runtimes[0].vm.handlers[1]: must not be empty"},
  });
}

TEST_CASE("a translation of image names must make sense") {
  const std::string at = "runtimes[0].vm.imageTranslations";
  auto rule = [](const std::string& text) { return Vm("imageTranslations: [{" + text + "}]"); };
  CheckFaults({
      {rule("regexp: 'a(', url: 'http://h/a'"),
       "f:4:34: " + at + "[0].regexp: is no regular expression: missing ): a("},
      {rule("regexp: '(?<=a)b', url: 'http://h/a'"),
       "f:4:34: " + at + "[0].regexp: is no regular expression: invalid perl operator: (?<"},
      {rule("regexp: a(b)c, url: 'http://h/$2'"),
       "f:4:46: " + at + "[0].url: names the group $2; the regexp has 1"},
      {rule("regexp: a(b)c, url: 'http://h/$x'"),
       "f:4:46: " + at + "[0].url: has a \"$\" that is followed by neither a number nor \"$\""},
      {rule("name: a, url: 'ftp://h/a'"),
       "f:4:40: " + at + "[0].url: must be a URL of http, https, file, oci or oci-http"},
      {rule("name: a"), "f:4:25: " + at + "[0]: has no url"},
      {rule("url: 'http://h/a'"), "f:4:25: " + at + "[0]: needs a name or a regexp, and not both"},
      {rule("name: a, regexp: a, url: 'http://h/a'"),
       "f:4:25: " + at + "[0]: needs a name or a regexp, and not both"},
      {rule("name: a, url: 'http://h/a', sha256: 12"),
       "f:4:62: " + at + "[0].sha256: must be 64 lower-case hexadecimal digits"},
      {rule("name: a, url: 'http://h/a', size: big"),
       "f:4:60: " + at + "[0].size: must be a quantity such as \"64Gi\", not \"big\""},
      {rule("name: a, url: 'http://h/a', format: iso"),
       "f:4:62: " + at + "[0].format: must be one of qcow2, raw, vmdk, vdi, vhdx, not \"iso\""},
      {rule("name: a, url: 'http://h/a', transport: t"),
       "f:4:65: " + at + "[0].transport: no transport \"t\" in imageTransports; there are none"},
      {rule("name: a, url: 'http://h/a', transport: t") + "\n    imageTransports: {u: , v: }",
       "f:4:65: " + at + "[0].transport: no transport \"t\" in imageTransports; there are u, v"},
      {rule("name: a, url: 'file:///srv/a'"),
       "f:4:40: " + at + "[0].url: is not below one of imageFolders"},
      {rule("name: a, url: 'file:///srv/other/a'") + "\n    imageFolders: /srv/o",
       "f:4:40: " + at + "[0].url: is not below one of imageFolders"},
      {rule("regexp: (.*), url: 'file:///srv/$1/a'") + "\n    imageFolders: /srv/o",
       "f:4:45: " + at + "[0].url: is not below one of imageFolders"},
  });
}

TEST_CASE("a transport of images must make sense") {
  const std::string at = "runtimes[0].vm.imageTransports.t";
  auto transport = [](const std::string& text) {
    return Vm("imageTransports: {t: {" + text + "}}");
  };
  CheckFaults({
      {transport("insecure: 1"), "f:4:37: " + at + ".insecure: must be true or false, not \"1\""},
      {transport("inscure: true"),
       "f:4:27: " + at + ".inscure: unknown key; did you mean \"insecure\"?"},
      {transport("certificate: /a"), "f:4:26: " + at + ": needs certificate and key, or neither"},
      {transport("key: /a"), "f:4:26: " + at + ": needs certificate and key, or neither"},
      {transport("proxy: proxy"),
       "f:4:34: " + at + ".proxy: must be \"none\" or a URL of http, https, socks5 or socks5h"},
      {transport("serverName: 'a b'"),
       "f:4:39: " + at + ".serverName: must be a host name, not \"a b\""},
      {transport("timeout: 1ms"), "f:4:36: " + at + ".timeout: must be from 1s to 168h, not 1ms"},
      {Vm("imagePullGrace: 25h"),
       "f:4:21: runtimes[0].vm.imagePullGrace: must be from 0s to 24h, not 25h"},
      {transport("retries: -1"), "f:4:36: " + at + ".retries: must be from 0 to 1000, not -1"},
      {transport("redirects: 51"), "f:4:38: " + at + ".redirects: must be from 0 to 50, not 51"},
  });
}

TEST_CASE("a runtime must have a name and one backend") {
  CheckFaults({
      {"runtimes: []", "f:1:11: runtimes: needs at least one runtime"},
      {Runtimes("- endpoint: unix:///a"), "f:2:3: runtimes[0]: has no name"},
      {Runtimes("- name: a"), "f:2:3: runtimes[0]: needs an endpoint, or vm"},
      {Runtimes("- name: a\n  endpoint: unix:///a\n  vm: {}"),
       "f:4:7: runtimes[0].vm: a runtime has an endpoint or vm, not both"},
      {Runtimes("- name: A b"),
       "f:2:9: runtimes[0].name: must be up to 63 lower-case letters, digits, \"-\" and \".\", not "
       "\"A b\""},
      {Runtimes("- {name: a, endpoint: /run/a.sock}"),
       "f:2:23: runtimes[0].endpoint: must be \"unix://\" and an absolute path, not "
       "\"/run/a.sock\""},
      {"listen: /run/a.sock\n" + Runtimes("- {name: a, endpoint: unix:///run//a.sock}"),
       "f:3:23: runtimes[0].endpoint: is the socket that crimux itself listens on"},
      {Runtimes("- {name: a, endpoint: unix:///a, timeout: 1ms}"),
       "f:2:43: runtimes[0].timeout: must be from 100ms to 1h, not 1ms"},
  });
}

TEST_CASE("names, endpoints, the VM runtime and the default are there once") {
  CheckFaults({
      {Runtimes("- {name: a, endpoint: unix:///a, default: true}\n"
                "- {name: a, endpoint: unix:///b}"),
       "f:3:10: runtimes[1].name: \"a\" is already at f:2:10"},
      {Runtimes("- {name: a, endpoint: unix:///a, default: true}\n"
                "- {name: b, endpoint: unix:///a}"),
       "f:3:23: runtimes[1].endpoint: \"unix:///a\" is already at f:2:23"},
      {Runtimes("- {name: a, vm: {}, default: true}\n- {name: b, vm: {}}"),
       "f:3:17: runtimes[1].vm: \"vm\" is already at f:2:17"},
      {Runtimes("- {name: a, endpoint: unix:///a}\n- {name: b, vm: {}}"),
       "f:2:1: runtimes: one of them needs \"default: true\""},
      {Runtimes("- {name: a, endpoint: unix:///a, default: true}\n- {name: b, vm: {}, default: "
                "true}"),
       "f:3:30: runtimes[1].default: \"a\" is already the default"},
  });
}

TEST_CASE("what a runtime's lists are given must make sense") {
  CheckFaults({
      {Runtimes("- {name: a, endpoint: unix:///a, timeout: 5s, listTimeout: 6s}"),
       "f:2:60: runtimes[0].listTimeout: must be at most the runtime's timeout, 5s"},
      {Runtimes("- {name: a, endpoint: unix:///a, listTimeout: 50ms}"),
       "f:2:47: runtimes[0].listTimeout: must be from 100ms to 1h, not 50ms"},
      {Runtimes("- {name: a, endpoint: unix:///a, lastKnownFor: for ever}"),
       "f:2:48: runtimes[0].lastKnownFor: must be a duration such as \"500ms\", \"30s\" or \"2m\", "
       "not \"for ever\""},
      {Runtimes("- {name: a, endpoint: unix:///a, required: maybe}"),
       "f:2:44: runtimes[0].required: must be true or false, not \"maybe\""},
      {"lastKnownDir: lists", "f:1:15: lastKnownDir: must be an absolute path, not \"lists\""},
      {"cgroupDriver: cgroupv2",
       "f:1:15: cgroupDriver: must be one of systemd, cgroupfs, not \"cgroupv2\""},
      {"version: 1.2.3", "f:1:10: version: must be a mapping, but is a single value"},
      {"version: {runtimeName: ''}", "f:1:24: version.runtimeName: must not be empty"},
      {"version: {name: a}", "f:1:11: version.name: unknown key"},
  });
}

// A default runtime, and one with that line.
std::string Second(const std::string& line) {
  return Runtimes("- {name: a, endpoint: unix:///a, default: true}\n- " + line);
}

TEST_CASE("an image prefix that leaves a name's runtime open is refused") {
  const std::string shape =
      "must be words of lower-case letters, digits, \".\", \"-\" and \"_\", each followed by "
      "\"/\", not ";
  const std::string at = "f:3:47: runtimes[1].imagePrefix: ";
  std::vector<Fault> faults;
  for (std::string text : {"b", "/", "/b/", "b//", "B/", "b c/", "b:1/", "b@/"}) {
    faults.push_back({Second("{name: b, endpoint: unix:///b, imagePrefix: '" + text + "'}"),
                      at + shape + "\"" + text + "\""});
  }
  faults.push_back(
      {Second("{name: b, endpoint: unix:///b, imagePrefix: ''}"), at + "must not be empty"});
  faults.push_back({Second("{name: b, endpoint: unix:///b, imagePrefix: x/}\n"
                           "- {name: c, endpoint: unix:///c, imagePrefix: x/y/}"),
                    "f:4:47: runtimes[2].imagePrefix: \"x/y/\" can't be told from \"x/\" of "
                    "runtime \"b\""});
  faults.push_back({Second("{name: b, endpoint: unix:///b, imagePrefix: x/y/}\n"
                           "- {name: c, endpoint: unix:///c, imagePrefix: x/}"),
                    "f:4:47: runtimes[2].imagePrefix: \"x/\" can't be told from \"x/y/\" of "
                    "runtime \"b\""});
  faults.push_back(
      {Second("{name: b, endpoint: unix:///b, imagePrefix: vm.crimux.io/}\n"
              "- {name: c, vm: {}}"),
       at + "\"vm.crimux.io/\" can't be told from \"vm.crimux.io/\" of runtime \"c\""});
  faults.push_back(
      {Second("{name: b, vm: {}, imagePrefix: b/}"),
       "f:3:34: runtimes[1].imagePrefix: the VM runtime has vm.imagePrefixes instead"});
  faults.push_back(
      {Runtimes("- {name: a, endpoint: unix:///a, imagePrefix: a/}"),
       "f:2:47: runtimes[0].imagePrefix: the default runtime takes the names without a "
       "prefix, so it can't have one"});
  CheckFaults(faults);
}

TEST_CASE("a route must lead to a runtime under some condition") {
  CheckFaults({
      {"routes:\n- {runtime: kata, handler: kata}",
       "f:2:13: routes[0].runtime: no runtime \"kata\"; there are containerd, vm"},
      {"routes:\n- {handler: kata}", "f:2:3: routes[0]: names no runtime"},
      {"routes:\n- {runtime: vm}",
       "f:2:3: routes[0]: has no condition: handler, annotation, label, namespace or imagePrefix"},
      {"routes:\n- {runtime: vm, annotation: {}}",
       "f:2:29: routes[0].annotation: needs at least one key"},
      {"routes:\n- {runtime: vm, annotation: {a: []}}",
       "f:2:33: routes[0].annotation.a: needs at least one value"},
      {"routes:\n- {runtime: vm, label: x}",
       "f:2:24: routes[0].label: must be a mapping, but is a single value"},
      {"routes:\n- {runtime: vm, imagePrefix: ''}",
       "f:2:30: routes[0].imagePrefix: must not be empty"},
  });
}

}  // namespace
}  // namespace crimux
