#include "vmruntime/network/cni/cni_network.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/vmruntime/network/network_world.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr const char* kResult =
    R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"10.0.0.5/24"}]})";

// Two fake plugins that keep a journal, and what calls them.
struct FakeNetwork : NetworkWorld {
  CniPlugins plugins{config().cni_bin_dirs, std::chrono::milliseconds(1000)};
  CniCache cache{config().cni_cache_dir};
  CniNetwork network{config().cni_conf_dir, plugins, cache};
  CniAttachment attachment{.container_id = "c1", .netns = "/n", .args = "A=1;B=2"};

  FakeNetwork() {
    Configure("1.0.0");
    for (const char* type : {"first", "second"}) FakePlugin(type, Good(type));
  }
  std::string Good(const std::string& tag) {
    return "echo $CNI_COMMAND " + tag + " >> $DIR/journal\ntest $CNI_COMMAND = DEL || echo '" +
           kResult + "'";
  }
  void Configure(const std::string& version) {
    WriteConf("10-a.conflist", R"({"cniVersion":")" + version + R"(","name":"net","plugins":[
        {"type":"first","color":"red"},
        {"type":"second","capabilities":{"portMappings":true,"dns":false}}]})");
  }
  std::string Journal() { return Sh("cat " + dir().string() + "/journal 2>/dev/null || true"); }
  json::object Input(const std::string& name) {
    return json::parse(ReadFile(dir() / name)).as_object();
  }
  grpc::StatusCode AddFails() {
    try {
      network.Add(attachment, {});
    } catch (const Error& error) {
      message = error.what();
      return error.code();
    }
    return grpc::OK;
  }
  std::string message;
};

TEST_CASE("ADD runs the plugins in order and hands each the result of the one before") {
  FakeNetwork fake;
  json::object result = fake.network.Add(
      fake.attachment,
      {{"portMappings", json::array{1}}, {"dns", json::object()}, {"other", true}});
  CHECK(result == json::parse(kResult).as_object());
  CHECK(fake.Journal() == "ADD first\nADD second");
  CHECK(fake.Input("first.ADD") ==
        json::parse(R"({"type":"first","color":"red","name":"net","cniVersion":"1.0.0"})"));
  json::object second = fake.Input("second.ADD");
  CHECK(second["prevResult"] == json::parse(kResult));
  CHECK(second["runtimeConfig"] == json::parse(R"({"portMappings":[1]})"));
}

TEST_CASE("a plugin sees the variables of the specification and no others of CNI's") {
  FakeNetwork fake;
  ::setenv("CNI_STRANGER", "1", 1);
  fake.FakePlugin("first", "env | grep ^CNI_ | sort > $DIR/env\n" + fake.Good("first"));
  fake.network.Add(fake.attachment, {});
  ::unsetenv("CNI_STRANGER");
  CHECK(ReadFile(fake.dir() / "env") ==
        "CNI_ARGS=A=1;B=2\nCNI_COMMAND=ADD\nCNI_CONTAINERID=c1\nCNI_IFNAME=eth0\nCNI_NETNS=/n\n"
        "CNI_PATH=" +
            (fake.dir() / "bin").string() + ":/usr/lib/cni\n");
}

TEST_CASE("DEL runs in reverse with the result of ADD, and may be repeated") {
  FakeNetwork fake;
  fake.network.Add(fake.attachment, {});
  fake.network.Delete(fake.attachment);
  CHECK(fake.Journal() == "ADD first\nADD second\nDEL second\nDEL first");
  CHECK(fake.Input("first.DEL")["prevResult"] == json::parse(kResult));
  CHECK(fake.Leftovers().empty());
  fake.network.Delete(fake.attachment);
  CHECK(fake.Journal().ends_with("DEL second\nDEL first\nDEL second\nDEL first"));
  CHECK_FALSE(fake.Input("first.DEL").contains("prevResult"));
}

TEST_CASE("DEL before version 0.4.0 gets no result") {
  FakeNetwork fake;
  fake.Configure("0.3.1");
  fake.network.Add(fake.attachment, {});
  fake.network.Delete(fake.attachment);
  CHECK_FALSE(fake.Input("first.DEL").contains("prevResult"));
}

TEST_CASE("DEL uses the configuration and arguments of ADD, whatever has come since") {
  FakeNetwork fake;
  fake.network.Add(fake.attachment, {{"portMappings", json::array{7}}});
  fake.WriteConf("00-new.conf", R"({"cniVersion":"1.0.0","name":"new","type":"nowhere"})");
  CniAttachment later{.container_id = "c1", .netns = ""};
  fake.FakePlugin("second", "echo \"$CNI_ARGS $CNI_NETNS\" > $DIR/env");
  fake.network.Delete(later);
  CHECK(ReadFile(fake.dir() / "env") == "A=1;B=2 \n");
  CHECK(fake.Input("first.DEL")["color"] == "red");
  CHECK(fake.Input("second.DEL")["runtimeConfig"] == json::parse(R"({"portMappings":[7]})"));
}

TEST_CASE("DEL without a record and without a configuration has nothing to do") {
  FakeNetwork fake;
  std::filesystem::remove(fake.config().cni_conf_dir / "10-a.conflist");
  fake.network.Delete(fake.attachment);
  CHECK(fake.Journal().empty());
}

TEST_CASE("an ADD that fails halfway is undone in all plugins, with the plugin's own words") {
  FakeNetwork fake;
  fake.FakePlugin(
      "second",
      "test $CNI_COMMAND = DEL && { echo DEL second >> $DIR/journal; exit 0; }\n"
      "echo '{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"no\",\"details\":\"way\"}'\n"
      "exit 1");
  CHECK(fake.AddFails() == grpc::INTERNAL);
  CHECK(fake.message == "CNI ADD \"second\": no; way (code 7)");
  CHECK(fake.Journal() == "ADD first\nDEL second\nDEL first");
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("a plugin that asks to be tried later makes ADD unavailable") {
  FakeNetwork fake;
  fake.FakePlugin("second", "echo '{\"code\":11,\"msg\":\"busy\"}'; test $CNI_COMMAND = DEL");
  CHECK(fake.AddFails() == grpc::UNAVAILABLE);
}

TEST_CASE("a plugin that hangs is killed, and ADD undone") {
  FakeNetwork fake;
  fake.FakePlugin("second", "test $CNI_COMMAND = DEL || sleep 1000");
  CHECK(fake.AddFails() == grpc::DEADLINE_EXCEEDED);
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("rubbish, nothing, or words on standard error instead of a result") {
  FakeNetwork fake;
  auto [script, cause] = GENERATE(
      table<std::string, std::string>({{"echo hello", "its result is not a JSON object"},
                                       {"true", "it printed no result"},
                                       {"echo '[1]'", "its result is not a JSON object"},
                                       {"echo oops >&2; exit 3", "oops"},
                                       {"echo '{\"code\":\"x\"}'; exit 3", "exit code 3"}}));
  fake.FakePlugin("second", "test $CNI_COMMAND = DEL && exit 0\n" + script);
  CHECK(fake.AddFails() == grpc::INTERNAL);
  CHECK(fake.message == "CNI ADD \"second\": " + cause);
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("a plugin that is not installed is found out before any has run") {
  FakeNetwork fake;
  std::filesystem::remove(fake.dir() / "bin" / "second");
  CHECK(fake.AddFails() == grpc::UNAVAILABLE);
  CHECK_THAT(fake.message, Catch::StartsWith("find CNI plugin \"second\": not in "));
  CHECK(fake.Journal().empty());
}

TEST_CASE("a DEL that fails still calls the other plugins, and keeps the record for another try") {
  FakeNetwork fake;
  fake.network.Add(fake.attachment, {});
  fake.FakePlugin("second", "echo '{\"code\":5,\"msg\":\"stuck\"}'; exit 1");
  CHECK_THROWS_WITH(fake.network.Delete(fake.attachment), "CNI DEL \"second\": stuck (code 5)");
  CHECK(fake.Journal().ends_with("DEL first"));
  CHECK(fake.cache.Load("c1")->result);
  fake.FakePlugin("second", fake.Good("second"));
  fake.network.Delete(fake.attachment);
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("a DEL that hangs is killed, and called again another time") {
  FakeNetwork fake;
  fake.network.Add(fake.attachment, {});
  fake.FakePlugin("second", "sleep 1000");
  CHECK_THROWS_WITH(fake.network.Delete(fake.attachment), "CNI DEL \"second\": timed out");
  CHECK(fake.Journal().ends_with("DEL first"));
  CHECK(ProcessesWith((fake.dir() / "bin/second").string()).empty());
  fake.FakePlugin("second", fake.Good("second"));
  fake.network.Delete(fake.attachment);
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("a damaged record is as good as none") {
  FakeNetwork fake;
  fake.network.Add(fake.attachment, {});
  Sh("echo '{\"version\":2}' > " + (fake.config().cni_cache_dir / "c1.json").string());
  fake.network.Delete(fake.attachment);
  CHECK(fake.Journal().ends_with("DEL second\nDEL first"));
  CHECK(fake.Leftovers().empty());
}

TEST_CASE("GC tells all plugins which attachments to the network are still wanted") {
  FakeNetwork fake;
  fake.Configure("1.1.0");
  fake.network.Add(fake.attachment, {});
  fake.cache.Save("c2",
                  {.network = {.name = "other", .version = "1.1.0", .plugins = {{{"type", "x"}}}}});
  fake.FakePlugin("first", "env | grep ^CNI_ | sort > $DIR/env; exit 1");
  fake.FakePlugin("second", "echo GC second >> $DIR/journal");
  CHECK_THROWS_WITH(fake.network.CollectGarbage(), "CNI GC \"first\": exit code 1");
  CHECK(fake.Journal().ends_with("GC second"));
  CHECK(fake.Input("first.GC") == json::parse(R"({"type":"first","color":"red","name":"net",
      "cniVersion":"1.1.0","cni.dev/valid-attachments":[{"containerID":"c1","ifname":"eth0"}]})"));
  CHECK_THAT(ReadFile(fake.dir() / "env"),
             Catch::StartsWith("CNI_ARGS=\nCNI_COMMAND=GC\nCNI_CONTAINERID=\nCNI_IFNAME=\n"));
}

TEST_CASE("no GC where the configuration or its version has none, or a record can't be read") {
  FakeNetwork fake;
  SECTION("version") {}
  SECTION("disabled") {
    fake.WriteConf("10-a.conflist", R"({"cniVersion":"1.1.0","name":"net","disableGC":"True",
        "plugins":[{"type":"first"}]})");
  }
  SECTION("record") {
    fake.Configure("1.1.0");
    fake.network.Add(fake.attachment, {});
    Sh("echo nonsense > " + (fake.config().cni_cache_dir / "c1.json").string());
    CHECK_THROWS_WITH(fake.network.CollectGarbage(), Catch::Contains("what c1 holds"));
  }
  fake.FakePlugin("first", "echo GC first >> $DIR/journal");
  if (!std::filesystem::exists(fake.config().cni_cache_dir)) fake.network.CollectGarbage();
  CHECK_THAT(fake.Journal(), !Catch::Contains("GC"));
}

}  // namespace
}  // namespace crimux::vm
