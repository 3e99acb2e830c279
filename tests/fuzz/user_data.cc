// What pods say to their guests: annotations in, a seed out, which says that and nothing else.
#include "vmruntime/guest/user_data.h"

#include <algorithm>

#include "base/error.h"
#include "tests/fuzz/target.h"
#include "vmruntime/annotations/yaml_json.h"
#include "vmruntime/guest/cloud_config.h"
#include "vmruntime/guest/merge.h"
#include "vmruntime/guest/seed.h"

namespace crimux::fuzz {
namespace {

using namespace vm;

// Characters that Unicode says are none come out as another; only escapes and bytes beyond ASCII
// make them.
bool IsSimple(std::string_view text) {
  bool ascii = std::ranges::all_of(text, [](char c) { return c > 0; });
  return ascii && text.find("\\u") == text.npos && text.find("\\U") == text.npos;
}

const std::string& Content(const std::vector<SeedFile>& files, const std::string& name) {
  auto found = std::ranges::find(files, name, &SeedFile::path);
  Require(found != files.end(), "the seed has all its files");
  return found->content;
}

SeedSpec Spec(const AnnotationMap& annotations) {
  SeedSpec spec{.instance_id = "a.b", .hostname = "a", .extra_ssh_keys = {"node"}};
  spec.files = {{"/a", annotations.begin()->second}};
  AddUserData(ReadGuestOptions(AnnotationReader(annotations)), {}, &spec);
  return spec;
}

void CheckSeed(const SeedSpec& spec) {
  std::vector<SeedFile> files = SeedFiles(spec);
  boost::json::value user_data = ToJson(YAML::Load(Content(files, "user-data")));
  Require(user_data == MergeMaps(CloudConfig(spec), spec.user_data),
          "user-data says what it should");
  boost::json::value meta_data = ToJson(YAML::Load(Content(files, "meta-data")));
  Require(meta_data.is_object() && meta_data.get_object().contains("public-keys"),
          "the node's key is there");
}

void Check(std::string_view text) {
  bool simple = IsSimple(text);
  AnnotationMap annotations{{"VirtletCloudInitUserData", std::string(TakePart(&text))},
                            {"VirtletCloudInitMetaData", std::string(TakePart(&text))},
                            {"VirtletSSHKeys", std::string(TakePart(&text))},
                            {"VirtletCloudInitImageType", "nocloud"}};
  try {
    SeedSpec spec = Spec(annotations);
    if (simple) CheckSeed(spec);
    spec.format = SeedFormat::kConfigDrive;
    Require(SeedFiles(spec).size() == 2, "both formats can say it");
  } catch (const Error& e) {
    Require(e.code() == grpc::StatusCode::INVALID_ARGUMENT, "what is refused is the pod's fault");
  }
}

}  // namespace

std::vector<std::string> Seeds() {
  return {Part("write_files:\n- {path: /a, content: \"x\\n\"}\nusers: [default]\n") +
              Part("{\"instance-id\": \"x\", \"public-keys\": [a]}") +
              Part("ssh-ed25519 AAAA me\n"),
          Part("a: &x {k: 1}\nb: *x\nc: {<<: *x, l: !!str 5}\n") + Part("") + Part("# none\n"),
          Part("a: |\n  text\n   more\n\nb: >-\n  x\n  y\nc: 'it''s'\nd: 0x1f\ne: 1.5e+3\n"),
          Part("? [a]\n: b") + Part("- x"), Part("bootcmd: [[mount, a], ~, yes, 0644, 12:30, =]")};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
