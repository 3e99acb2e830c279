#include "vmruntime/annotations/guest_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Keys = std::vector<std::string>;

GuestOptions Read(const AnnotationMap& annotations) {
  return ReadGuestOptions(AnnotationReader(annotations));
}

std::string RefusalOf(const std::string& name, const std::string& value) {
  return Refusal([&] { Read({{name, value}}); });
}

TEST_CASE("without annotations a guest gets a NoCloud seed with nothing of the pod's own") {
  GuestOptions options = Read({});
  CHECK(options.seed == SeedFormat::kNoCloud);
  CHECK(options.meta_data.empty());
  CHECK(options.user_data.empty());
  CHECK_FALSE(options.overwrite);
  CHECK_FALSE(options.script);
  CHECK_FALSE(options.user_data_source);
  CHECK(options.ssh_keys.empty());
  CHECK_FALSE(options.ssh_key_source);
  CHECK_FALSE(options.files_source);
  CHECK_FALSE(options.write_mounts);
  CHECK_FALSE(options.dhcp_only);
}

TEST_CASE("the seed's format is one of three words, in capitals too") {
  CHECK(Read({{"crimux.io/cloud-init", "configdrive"}}).seed == SeedFormat::kConfigDrive);
  CHECK(Read({{"crimux.io/cloud-init", "none"}}).seed == SeedFormat::kNone);
  CHECK(Read({{"VirtletCloudInitImageType", "NoCloud"}}).seed == SeedFormat::kNoCloud);
  CHECK_THAT(RefusalOf("VirtletCloudInitImageType", "ec2"),
             Contains("VirtletCloudInitImageType") &&
                 Contains("\"ec2\" is none of: nocloud, configdrive, none"));
}

TEST_CASE("meta-data and user-data are maps, as YAML or JSON") {
  GuestOptions options = Read({{"VirtletCloudInitMetaData", "{\"instance-id\": \"foo\"}"},
                               {"VirtletCloudInitUserData", "users:\n- name: cloudy\n"}});
  CHECK(options.meta_data.at("instance-id") == "foo");
  CHECK(options.user_data.at("users").at(0).at("name") == "cloudy");
  CHECK(Read({{"crimux.io/user-data", ""}}).user_data.empty());
  for (const char* name : {"VirtletCloudInitMetaData", "crimux.io/user-data"}) {
    CHECK_THAT(RefusalOf(name, "- a"), Contains(name) && Contains("is not a map"));
    CHECK_THAT(RefusalOf(name, "#!/bin/sh"), Contains("nothing was refused"));
    CHECK_THAT(RefusalOf(name, "a: [b"), Contains(name) && Contains("line 1"));
    CHECK_THAT(RefusalOf(name, "a:\n  b: !secret x"), Contains("line 2") && Contains("!secret"));
  }
}

TEST_CASE("sources name a ConfigMap, a Secret, or a mount") {
  GuestOptions options = Read({{"VirtletCloudInitUserDataSource", "configmap/vm.data"},
                               {"VirtletSSHKeySource", "secret/keys/ops"},
                               {"VirtletFilesFromDataSource", "mount:/run/files"}});
  CHECK(options.user_data_source ==
        DataSource{.kind = DataSource::Kind::kConfigMap, .name = "vm.data"});
  CHECK(options.ssh_key_source ==
        DataSource{.kind = DataSource::Kind::kSecret, .name = "keys", .key = "ops"});
  CHECK(options.files_source == DataSource{.kind = DataSource::Kind::kMount, .path = "/run/files"});
  CHECK(Read({{"VirtletSSHKeySource", "secret/keys"}}).ssh_key_source->key == "authorized_keys");
}

TEST_CASE("what is no source is refused with the forms that are") {
  for (const char* name :
       {"VirtletCloudInitUserDataSource", "VirtletSSHKeySource", "VirtletFilesFromDataSource"}) {
    for (const char* value :
         {"", "name", "configmap/", "pod/name", "configmap/../x", "secret/a b", "mount:relative",
          "mount:/a/../b", "secret/a/b/c", "secret/a/..data"}) {
      CHECK_THAT(RefusalOf(name, value), Contains(name) && Contains("configmap/NAME"));
    }
  }
  CHECK_THAT(RefusalOf("VirtletCloudInitUserDataSource", "configmap/a/key"), Contains("none of"));
}

TEST_CASE("the key of a user-data source stands apart, with its encoding") {
  AnnotationMap map{{"VirtletCloudInitUserDataSource", "configmap/a"},
                    {"VirtletCloudInitUserDataSourceKey", "user-data"},
                    {"VirtletCloudInitUserDataSourceEncoding", "base64"}};
  CHECK(Read(map).user_data_source->key == "user-data");
  CHECK(Read(map).user_data_encoding == DataEncoding::kBase64);
  CHECK_THAT(RefusalOf("VirtletCloudInitUserDataSourceKey", "k"),
             Contains("VirtletCloudInitUserDataSourceKey") &&
                 Contains("there is no crimux.io/user-data-source"));
  CHECK_THAT(RefusalOf("VirtletCloudInitUserDataSourceEncoding", "hex"),
             Contains("\"hex\" is none of: plain, base64"));
  map["VirtletCloudInitUserDataSourceKey"] = "../../etc/shadow";
  CHECK_THAT(Refusal([&] { Read(map); }), Contains("cannot be a key"));
}

TEST_CASE("SSH keys are lines, without blank ones and comments") {
  CHECK(Read({{"VirtletSSHKeys", "  key1 a\r\n\n# none\nkey2\n"}}).ssh_keys ==
        Keys{"key1 a", "key2"});
  CHECK_THAT(RefusalOf("VirtletSSHKeys", "key\x1b[2J"),
             Contains("VirtletSSHKeys") && Contains("control character"));
}

TEST_CASE("the flags of the guest are flags") {
  GuestOptions options = Read({{"VirtletCloudInitUserDataOverwrite", "true"},
                               {"VirtletForceDHCPNetworkConfig", "true"},
                               {"crimux.io/write-mounts", "true"}});
  CHECK(options.overwrite);
  CHECK(options.dhcp_only);
  CHECK(options.write_mounts);
  CHECK_FALSE(Read({{"VirtletForceDHCPNetworkConfig", "1"}}).dhcp_only);
  for (const char* name :
       {"crimux.io/user-data-overwrite", "crimux.io/dhcp-only", "crimux.io/write-mounts"}) {
    CHECK_THAT(RefusalOf(name, "1"), Contains(name) && Contains("neither true nor false"));
  }
}

TEST_CASE("a configuration for Ignition is one, and takes cloud-init's place") {
  const std::string config = R"({"ignition": {"version": "3.3.0"}})";
  CHECK(Read({{"crimux.io/ignition", config}}).ignition == config);
  CHECK(Read({{"crimux.io/ignition", config}}).seed == SeedFormat::kNone);
  CHECK(Read({{"crimux.io/ignition", config}, {"crimux.io/cloud-init", "nocloud"}}).seed ==
        SeedFormat::kNoCloud);
  auto source = Read({{"crimux.io/ignition-source", "secret/ign"}}).ignition_source;
  CHECK(source->key == "ignition");
  for (const char* text : {"", "{", "[]", "{}", R"({"ignition": {}})", R"({"ignition": 3})"}) {
    CHECK_THAT(RefusalOf("crimux.io/ignition", text), Contains("crimux.io/ignition"));
  }
  CHECK_THAT(RefusalOf("crimux.io/ignition-source", "x"), Contains("none of: configmap/NAME"));
  CHECK_THAT(Refusal([&] {
               Read({{"crimux.io/ignition", config}, {"crimux.io/ignition-source", "secret/i"}});
             }),
             Contains("there is crimux.io/ignition-source, too"));
}

TEST_CASE("files go by the seed or by the guest's agent, and one of them there must be") {
  CHECK(Read({{"crimux.io/agent-files", "true"}}).agent_files);
  CHECK_THAT(RefusalOf("crimux.io/agent-files", "1"), Contains("neither true nor false"));
  AnnotationMap map{{"VirtletFilesFromDataSource", "secret/a"}, {"crimux.io/cloud-init", "none"}};
  CHECK_THAT(Refusal([&] { Read(map); }),
             Contains("VirtletFilesFromDataSource") && Contains("it takes crimux.io/agent-files"));
  map["crimux.io/agent-files"] = "true";
  CHECK(Read(map).files_source->name == "a");
}

TEST_CASE("a script is kept as it is") {
  CHECK(Read({{"VirtletCloudInitUserDataScript", "#!/bin/sh\necho hi\n"}}).script ==
        "#!/bin/sh\necho hi\n");
}

}  // namespace
}  // namespace crimux::vm
