// What is learned from lists of images.
#include "proxy/routing/image_holders.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

// Never followed: holders are told apart by their addresses.
proxy::Runtime* SomeRuntime() {
  static int place = 0;
  return reinterpret_cast<proxy::Runtime*>(&place);
}

void Check(std::string_view list) {
  proxy::ImageHolders holders;
  proxy::Runtime* runtime = SomeRuntime();
  holders.LearnList(list, runtime);
  runtime::v1::ListImagesResponse parsed;
  if (!parsed.ParseFromArray(list.data(), static_cast<int>(list.size()))) return;
  Require(holders.Count(runtime) == static_cast<size_t>(parsed.images_size()), "all are counted");
  for (const auto& image : parsed.images()) {
    // Shorter ones are not taken for ids.
    if (image.id().size() < 13) continue;
    auto found = holders.Find(image.id());
    Require(found.size() == 1 && found.front() == runtime, "its holder is found by its id");
    holders.Forget(image.id(), runtime);
  }
  holders.Drop(runtime);
  Require(holders.Count(runtime) == 0, "what is dropped is gone");
}

}  // namespace

std::vector<std::string> Seeds() { return {SampleImages()}; }

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
