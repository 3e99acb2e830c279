#include <set>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "config/config.h"
#include "config/yaml_value.h"

namespace crimux {
namespace {

const std::filesystem::path kExample = CONFIG_DIR "/crimux.yaml";

// All keys of a document, however deep; commented ones too once the comment is gone.
void CollectKeys(const YamlValue& value, std::set<std::string>* keys) {
  if (value.IsMap()) {
    for (const YamlValue::Entry& entry : value.Entries()) {
      keys->insert(entry.key);
      CollectKeys(entry.value, keys);
    }
  }
  if (value.IsList()) {
    for (const YamlValue& item : value.Items()) CollectKeys(item, keys);
  }
}

TEST_CASE("the example config says what an absent one means") {
  CHECK(LoadConfig(kExample) == DefaultConfig());
}

TEST_CASE("the example shows every key") {
  std::string text = ReadFile(kExample);
  for (std::string commented :
       {"# emulator:", "# virtiofsd:", "# libvirtXmlElements:", "# imageCaFile:", "# cgroupDriver:",
        "# version:", "#   runtimeName:", "#   runtimeVersion:", "# required:", "# lastKnownFor:",
        "# - name: crio", "# endpoint: unix:///run/crio", "# imagePrefix: crio/"}) {
    size_t at = text.find(commented);
    REQUIRE(at != std::string::npos);
    text.erase(at, 2);
  }
  std::set<std::string> keys;
  CollectKeys(YamlValue::Parse(text, "example"), &keys);
  for (std::string key : {"listen",
                          "status",
                          "logLevel",
                          "drainTimeout",
                          "runtimes",
                          "name",
                          "endpoint",
                          "default",
                          "timeout",
                          "vm",
                          "stateDir",
                          "accelerator",
                          "handlers",
                          "defaultMemory",
                          "qemuUser",
                          "qemuGroup",
                          "emulator",
                          "virtiofsd",
                          "libvirtXmlElements",
                          "imagePrefixes",
                          "imageScheme",
                          "imageSizeLimit",
                          "imageCaFile",
                          "cniBinDirs",
                          "cniConfDir",
                          "cniCacheDir",
                          "cniTimeout",
                          "cniGc",
                          "bootTime",
                          "netnsDir",
                          "routes",
                          "runtime",
                          "handler",
                          "annotation",
                          "imagePrefix",
                          "lastKnownDir",
                          "cgroupDriver",
                          "version",
                          "runtimeName",
                          "runtimeVersion",
                          "listTimeout",
                          "required",
                          "lastKnownFor",
                          "streaming",
                          "address",
                          "port",
                          "idleTimeout",
                          "scrollback"}) {
    CAPTURE(key);
    CHECK(keys.count(key) == 1);
  }
  CHECK_NOTHROW(ParseConfig(text, "example"));
}

TEST_CASE("an empty file is the default config") {
  CHECK(ParseConfig("", "f") == DefaultConfig());
  CHECK(ParseConfig("# nothing\n", "f") == DefaultConfig());
  CHECK(ParseConfig("---\n", "f") == DefaultConfig());
}

TEST_CASE("the default is containerd first, then VMs, with the routes that lead to them") {
  Config config = DefaultConfig();
  REQUIRE(config.runtimes.size() == 2);
  CHECK(config.DefaultRuntime().name == "containerd");
  CHECK(config.DefaultRuntime().endpoint == "unix:///run/containerd/containerd.sock");
  CHECK(config.runtimes[1].vm.has_value());
  REQUIRE(config.routes.size() == 3);
  CHECK(config.routes[0].handler == "vm");
  CHECK(config.routes[1].annotation.at("kubernetes.io/target-runtime") ==
        std::vector<std::string>{"vm", "virtlet.cloud"});
  CHECK(config.routes[2].image_prefix ==
        std::vector<std::string>{"vm.crimux.io/", "virtlet.cloud/"});
}

TEST_CASE("a file that cannot be read is an error that names it") {
  CHECK_THROWS_WITH(LoadConfig("/nowhere/crimux.yaml"),
                    "open \"/nowhere/crimux.yaml\": No such file or directory");
}

}  // namespace
}  // namespace crimux
