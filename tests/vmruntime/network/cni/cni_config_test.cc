#include "vmruntime/network/cni/cni_config.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/network_world.h"

namespace crimux::vm {
namespace {

constexpr const char* kConf = R"({"cniVersion":"0.4.0","name":"a","type":"bridge"})";
constexpr const char* kList =
    R"({"cniVersion":"1.1.0","name":"b","plugins":[{"type":"x"},{"type":"y","capabilities":{"portMappings":true}}]})";

TEST_CASE("the first configuration in lexical order is the default network") {
  NetworkWorld world;
  world.WriteConf("00-readme.txt", "not a configuration");
  world.WriteConf("20-b.conflist", kList);
  world.WriteConf("30-a.conf", kConf);
  CniNetworkConfig network = LoadDefaultNetwork(world.config().cni_conf_dir);
  CHECK(network.name == "b");
  CHECK(network.version == "1.1.0");
  CHECK(network.plugins.size() == 2);
  CHECK(network.HasCapability("portMappings"));
  CHECK_FALSE(network.HasCapability("dns"));
  world.WriteConf("10-a.json", kConf);
  network = LoadDefaultNetwork(world.config().cni_conf_dir);
  CHECK(network.name == "a");
  CHECK(network.plugins.size() == 1);
}

TEST_CASE("of several versions the highest known one is used") {
  auto [versions, chosen] = GENERATE(table<std::string, std::string>(
      {{R"("cniVersion":"0.4.0","cniVersions":["1.1.0","1.0.0"])", "1.1.0"},
       {R"("cniVersion":"1.0.0","cniVersions":["0.4.0","9.0.0"])", "1.0.0"},
       {R"("cniVersion":"9.0.0","cniVersions":["9.1.0","1.0.0"])", "1.0.0"},
       {R"("cniVersions":["0.3.1"])", "0.3.1"}}));
  CHECK(ParseCniNetwork("{" + versions + R"(,"name":"a","type":"x"})", "f").version == chosen);
}

TEST_CASE("an unusable configuration is an error that names the file") {
  NetworkWorld world;
  auto [text, cause] = GENERATE(table<std::string, std::string>(
      {{"{", "not JSON"},
       {"[]", "not a JSON object"},
       {R"({"cniVersion":"1.0.0","type":"x"})", "bad network name \"\""},
       {R"({"cniVersion":"1.0.0","name":"../x","type":"x"})", "bad network name"},
       {R"({"cniVersion":"0.2.0","name":"a","type":"x"})", "cniVersion \"0.2.0\""},
       {R"({"name":"a","type":"x"})", "cniVersion \"\""},
       {R"({"cniVersions":["9.0.0"],"name":"a","type":"x"})", "cniVersion \"9.0.0\""},
       {R"({"cniVersions":"1.0.0","name":"a","type":"x"})", "cniVersions is not a list"},
       {R"({"cniVersion":"1.1.0","disableGC":1,"name":"a","type":"x"})", "disableGC is neither"},
       {R"({"cniVersions":[1],"name":"a","type":"x"})", "is not a string"},
       {R"({"cniVersion":"1.0.0","name":"a"})", "bad plugin type \"\""},
       {R"({"cniVersion":"1.0.0","name":"a","type":"/bin/sh"})", "bad plugin type"},
       {R"({"cniVersion":"1.0.0","name":"a","plugins":[]})", "no plugins"},
       {R"({"cniVersion":"1.0.0","name":"a","plugins":[7]})", "a plugin is not"}}));
  world.WriteConf("10-a.conf", text);
  std::string file = (world.config().cni_conf_dir / "10-a.conf").string();
  CHECK_THROWS_WITH(LoadDefaultNetwork(world.config().cni_conf_dir),
                    Catch::Contains(file) && Catch::Contains(cause));
}

TEST_CASE("no configuration, or no folder, is unavailable") {
  NetworkWorld world;
  for (const auto& dir : {world.config().cni_conf_dir, world.dir() / "nowhere"}) {
    try {
      LoadDefaultNetwork(dir);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == grpc::UNAVAILABLE);
      CHECK_THAT(error.what(), Catch::Contains(dir.string()));
    }
  }
}

}  // namespace
}  // namespace crimux::vm
