// What registries say, and the names that lead to them. The first byte chooses.
#include "base/error.h"
#include "tests/fuzz/target.h"
#include "vmruntime/image/image_name.h"
#include "vmruntime/image/qemu_progress.h"
#include "vmruntime/oci/challenge.h"
#include "vmruntime/oci/manifest.h"
#include "vmruntime/oci/reference.h"

namespace crimux::fuzz {
namespace {

bool IsPlain(std::string_view text) {
  for (char c : text) {
    if (c <= ' ' || c > '~' || c == '"' || c == '<' || c == '\\') return false;
  }
  return true;
}

void CheckManifest(std::string_view text) {
  vm::OciManifest manifest = vm::ParseManifest(text, "amd64", "image");
  Require(manifest.next.empty() != manifest.layers.empty(), "it leads to layers or on");
  for (const vm::OciLayer& layer : manifest.layers) {
    Require(vm::IsDigest(layer.digest), "layers have digests");
  }
  Require(manifest.next.empty() || vm::IsDigest(manifest.next), "manifests have digests");
}

void CheckName(std::string_view name) {
  VmConfig config;
  config.image_folders = {"/images"};
  vm::ImageName parsed = vm::ParseImageName(name, config);
  Require(IsPlain(parsed.url) && IsPlain(parsed.tagged), "what is accepted is plain");
  std::string path = parsed.url.substr(0, parsed.url.find('?'));
  Require(path.find("/../") == std::string::npos && !path.ends_with("/.."), "it leads nowhere up");
  if (vm::IsOciUrl(parsed.url)) vm::ParseOciReference(parsed.url);
}

void CheckProgress(std::string_view text) {
  vm::QemuProgress progress;
  std::optional<double> share;
  for (char c : text) {
    if (auto next = progress.Take({&c, 1})) share = next;
  }
  Require(!share || (*share >= 0 && *share <= 1), "a share is one");
}

void Check(std::string_view input) {
  if (input.empty()) return;
  std::string_view rest = input.substr(1);
  try {
    switch (input[0] % 4) {
      case 0:
        return CheckManifest(rest);
      case 1:
        return CheckName(rest);
      case 2:
        return CheckProgress(rest);
      default:
        vm::ParseChallenges(rest);
    }
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<std::string> Seeds() {
  std::string digest = "sha256:" + std::string(64, 'a');
  return {std::string(1, '\0') +
              R"({"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}, )"
              R"("layers": [{"digest": ")" +
              digest + R"(", "size": 10}]})",
          std::string(1, '\0') + R"({"manifests": [{"digest": ")" + digest +
              R"(", "platform": {"os": "linux", "architecture": "amd64"}}]})",
          "\1vm.crimux.io/oci/h.io__3a5000/a/b:v1@" + digest,
          "\1http/joe__3apass__40h.io/0__47uest__3fa__3d1",
          "\1file/images/a.qcow2",
          "\2    (12.50/100%)\r    (100.00/100%)\r",
          "\3"
          "Basic realm=\"a\", Bearer realm=\"https://h/t\",service=s,scope=\"a:b:pull\""};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
