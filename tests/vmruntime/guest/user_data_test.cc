#include "vmruntime/guest/user_data.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"
#include "tests/vmruntime/guest/volumes.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Keys = std::vector<std::string>;

SeedSpec Read(const AnnotationMap& annotations, const Volumes& volumes) {
  SeedSpec spec;
  AddUserData(ReadGuestOptions(AnnotationReader(annotations)), volumes.mounts, &spec);
  return spec;
}

TEST_CASE("an annotation's user-data is merged over that of its source, key by key") {
  Volumes volumes;
  volumes.AddConfigMap("vm", {{"runcmd", "[a]"}, {"users", "- name: x\n"}, {"locale", "C"}});
  AnnotationMap annotations{{"VirtletCloudInitUserDataSource", "configmap/vm"},
                            {"VirtletCloudInitUserData", "{runcmd: [b], locale: de}"}};
  CHECK(Read(annotations, volumes).user_data ==
        boost::json::parse(R"({"locale":"de","runcmd":["a","b"],"users":[{"name":"x"}]})"));
  annotations["VirtletCloudInitUserDataOverwrite"] = "true";
  CHECK(Read(annotations, volumes).user_data ==
        boost::json::parse(R"({"runcmd":["b"],"locale":"de"})"));
  annotations.erase("VirtletCloudInitUserData");
  CHECK(Read(annotations, volumes).user_data.size() == 3);
}

TEST_CASE("one key of a source is the whole user-data, plain or base64") {
  Volumes volumes;
  volumes.AddSecret("vm", {{"plain", "#!/bin/sh\n"}, {"coded", "IyEvYmluL3NoCg=="}});
  AnnotationMap annotations{{"crimux.io/user-data-source", "secret/vm"},
                            {"crimux.io/user-data-source-key", "plain"}};
  CHECK(Read(annotations, volumes).script == "#!/bin/sh\n");
  annotations["crimux.io/user-data-source-encoding"] = "base64";
  CHECK_THAT(Refusal([&] { Read(annotations, volumes); }),
             Contains("key plain") && Contains("not base64"));
  annotations["crimux.io/user-data-source-key"] = "coded";
  CHECK(Read(annotations, volumes).script == "#!/bin/sh\n");
  annotations["crimux.io/user-data-source-key"] = "none";
  CHECK_THAT(Refusal([&] { Read(annotations, volumes); }), Contains("it has no key none"));
}

TEST_CASE("a source whose keys are no YAML is refused by key") {
  Volumes volumes;
  volumes.AddConfigMap("broken", {{"runcmd", "[a"}});
  volumes.AddConfigMap("binary", {{"runcmd", "\xff\xfe"}});
  volumes.AddConfigMap("tagged", {{"runcmd", "!x y"}});
  for (const char* name : {"broken", "binary", "tagged"}) {
    AnnotationMap annotations{{"crimux.io/user-data-source", std::string("configmap/") + name}};
    CHECK_THAT(Refusal([&] { Read(annotations, volumes); }),
               Contains("crimux.io/user-data-source") && Contains(name) && Contains("key runcmd"));
  }
}

TEST_CASE("keys of the annotation come after those of its source, or take their place") {
  Volumes volumes;
  volumes.AddSecret("keys",
                    {{"authorized_keys", "one\ntwo\n"}, {"ops", "three"}, {"bad", "a\x01"}});
  AnnotationMap annotations{{"VirtletSSHKeySource", "secret/keys"}, {"VirtletSSHKeys", "mine"}};
  CHECK(Read(annotations, volumes).ssh_keys == Keys{"one", "two", "mine"});
  annotations["VirtletSSHKeySource"] = "secret/keys/ops";
  CHECK(Read(annotations, volumes).ssh_keys == Keys{"three", "mine"});
  annotations["VirtletCloudInitUserDataOverwrite"] = "true";
  CHECK(Read(annotations, volumes).ssh_keys == Keys{"mine"});
  annotations["VirtletCloudInitUserDataOverwrite"] = "false";
  annotations["VirtletSSHKeySource"] = "secret/keys/bad";
  CHECK_THAT(Refusal([&] { Read(annotations, volumes); }),
             Contains("key bad") && Contains("control character"));
}

TEST_CASE("a script takes the place of user-data") {
  SeedSpec spec = Read({{"VirtletCloudInitUserDataScript", "#!/bin/sh\n"}}, Volumes());
  CHECK(spec.script == "#!/bin/sh\n");
}

}  // namespace
}  // namespace crimux::vm
