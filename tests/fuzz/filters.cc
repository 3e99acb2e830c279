// Filters applied to last known lists, and the fingerprints of those. An input is the list's kind
// (one byte), a part with the filter, and the list.
#include <array>

#include "proxy/lists/filter.h"
#include "proxy/lists/fingerprint.h"
#include "proxy/wire/message.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

constexpr std::array kLists = {"ListPodSandbox", "ListContainers", "ListImages", "ImageFsInfo"};

void Check(const proxy::Method& list, const std::string& filter, std::string_view complete) {
  grpc::ByteBuffer buffer = proxy::ToBuffer(complete);
  auto filtered = ApplyFilter(list, filter, buffer);
  if (!filtered) return;
  if (filter.empty()) Require(filtered->Length() == buffer.Length(), "no filter: all of it");
  auto again = ApplyFilter(list, filter, *filtered);
  Require(again.has_value() && again->Length() == filtered->Length(), "twice is once");
  if (list.traits.items != proxy::Object::kNone) {
    Require(Fingerprint(list, *again) == Fingerprint(list, *filtered),
            "the same list, the same print");
  }
}

}  // namespace

std::vector<std::string> Seeds() {
  runtime::v1::PodSandboxFilter sandboxes;
  sandboxes.set_id("5d0da3");
  (*sandboxes.mutable_label_selector())["app"] = "web";
  sandboxes.mutable_state()->set_state(runtime::v1::SANDBOX_READY);
  runtime::v1::ContainerFilter containers;
  containers.set_pod_sandbox_id("5d0da3dc976460");
  containers.mutable_state()->set_state(runtime::v1::CONTAINER_RUNNING);
  runtime::v1::ImageFilter images;
  images.mutable_image()->set_image("registry.example/web:1");
  return {std::string(1, '\0') + Part(sandboxes.SerializeAsString()) + SampleSandboxes(),
          std::string(1, '\1') + Part(containers.SerializeAsString()) + SampleContainers(),
          std::string(1, '\2') + Part(images.SerializeAsString()) + SampleImages(),
          std::string(1, '\2') + Part("") + SampleImages()};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view rest = crimux::fuzz::Text(data + 1, size - 1);
  std::string filter(crimux::fuzz::TakePart(&rest));
  const auto& list =
      crimux::proxy::MethodNamed(crimux::fuzz::kLists[data[0] % crimux::fuzz::kLists.size()]);
  crimux::fuzz::Check(list, filter, rest);
  return 0;
}
