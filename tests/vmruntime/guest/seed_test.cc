#include "vmruntime/guest/seed.h"

#include <yaml-cpp/yaml.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "tests/vmruntime/guest/seed_samples.h"
#include "vmruntime/annotations/yaml_json.h"

namespace crimux::vm {
namespace {

const SeedFile& File(const std::vector<SeedFile>& files, const std::string& path) {
  for (const SeedFile& file : files) {
    if (file.path == path) return file;
  }
  FAIL("no " + path);
  throw 0;
}

boost::json::value Parsed(const std::vector<SeedFile>& files, const std::string& path) {
  return ToJson(YAML::Load(File(files, path).content));
}

TEST_CASE("hostile values come out of the seed as they went in, and as nothing more") {
  const std::string evil = "x'\"\n- <a>&b: {c} #d\n---\n...\n%TAG\t\x01 ../../etc `id` $(id)";
  SeedSpec spec = PlainSeed();
  spec.instance_id = evil;
  spec.hostname = evil;
  spec.ssh_keys = {evil};
  spec.extra_ssh_keys = {evil};
  spec.files = {{evil, evil}};
  spec.mounts = {{.source = evil, .type = "virtiofs", .path = evil}};
  spec.user_data = {{evil, evil}};
  AddNetwork(&spec);
  spec.dns.searches = {evil};
  std::vector<SeedFile> files = SeedFiles(spec);

  boost::json::value meta_data = Parsed(files, "meta-data");
  CHECK(meta_data.as_object().size() == 3);
  CHECK(meta_data.at("instance-id") == evil.c_str());
  CHECK(meta_data.at("public-keys") == boost::json::array{evil, evil});
  boost::json::value user_data = Parsed(files, "user-data");
  CHECK(user_data.at(evil) == evil.c_str());
  CHECK(user_data.at("write_files").as_array().size() == 1);
  CHECK(user_data.at("write_files").at(0).at("path") == evil.c_str());
  CHECK(user_data.at("bootcmd").at(1).as_array().back() == evil.c_str());
  boost::json::value network = Parsed(files, "network-config");
  CHECK(network.at("ethernets").at("eth0").at("nameservers").at("search").at(0) == evil.c_str());
}

TEST_CASE("very long values are neither cut nor wrapped") {
  const std::string lengthy(200'000, 'a');
  SeedSpec spec = PlainSeed();
  spec.files = {{"/" + lengthy, lengthy + " " + lengthy}};
  spec.user_data = {{lengthy, lengthy}};
  boost::json::value user_data = Parsed(SeedFiles(spec), "user-data");
  CHECK(user_data.at(lengthy) == lengthy.c_str());
  CHECK(user_data.at("write_files").at(0).at("content") == (lengthy + " " + lengthy).c_str());
}

TEST_CASE("the node's keys are there whatever the pod's meta-data says") {
  for (const char* keys : {R"("one")", R"(["one"])", R"({"a": "one"})", "null", "5"}) {
    SeedSpec spec = PlainSeed(SeedFormat::kConfigDrive);
    spec.extra_ssh_keys = {"node"};
    spec.meta_data = {{"public-keys", boost::json::parse(keys)}};
    boost::json::value meta_data = Parsed(SeedFiles(spec), "openstack/latest/meta_data.json");
    INFO(boost::json::serialize(meta_data));
    CHECK(boost::json::serialize(meta_data.at("public_keys")).find("node") != std::string::npos);
  }
}

TEST_CASE("OpenStack's names follow what the pod says under NoCloud's") {
  SeedSpec spec = PlainSeed(SeedFormat::kConfigDrive);
  spec.meta_data = {{"instance-id", "foobar"}, {"hostname", "other"}};
  boost::json::value meta_data = Parsed(SeedFiles(spec), "openstack/latest/meta_data.json");
  CHECK(meta_data.at("uuid") == "foobar");
  CHECK(meta_data.at("hostname") == "other");
  CHECK(meta_data.at("name") == "web");
}

TEST_CASE("every mount-script word of a script is replaced, and nothing else of it") {
  SeedSpec spec = PlainSeed();
  spec.mounts = {{.source = "s", .type = "9p", .path = "/@virtlet-mount-script@"}};
  spec.script = "a @virtlet-mount-script@ b @virtlet-mount-script@ c";
  std::string text = File(SeedFiles(spec), "user-data").content;
  CHECK(text.starts_with("a #!/bin/sh\n"));
  CHECK(text.ends_with(" c"));
}

TEST_CASE("without a format there is no seed") {
  CHECK(SeedFiles(PlainSeed(SeedFormat::kNone)).empty());
}

}  // namespace
}  // namespace crimux::vm
