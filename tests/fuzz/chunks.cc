// A list cut into the messages of a stream. An input is how many large items make it long (one
// byte), a part that follows each of those, and what stands at the end.
#include "proxy/dispatch/list_chunks.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

// Chunks have items, whole ones, and together they are the list.
void Check(const std::string& list) {
  proxy::Fields fields(list);
  while (fields.Next()) {
  }
  proxy::ListChunks chunks(proxy::ToBuffer(list));
  std::string together;
  while (auto chunk = chunks.Next()) {
    proxy::Flat flat(*chunk);
    Require(!flat.view().empty(), "no chunk is empty");
    together += flat.view();
    if (!fields.IsWellFormed()) continue;
    proxy::Fields items(flat.view());
    while (items.Next()) {
    }
    Require(items.IsWellFormed(), "cuts are between items");
  }
  Require(together == list, "the chunks are the list");
}

}  // namespace

std::vector<std::string> Seeds() {
  // Three chunks, and one.
  return {std::string(1, '\x28') + Part(SampleSandboxes()) + SampleContainers(),
          std::string(1, '\0') + Part("") + SampleImages()};
}

// Field 1 with 64 KiB in it.
const std::string& LargeItem() {
  static const std::string item = "\x0a\x80\x80\x04" + std::string(1 << 16, '\0');
  return item;
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view rest = crimux::fuzz::Text(data + 1, size - 1);
  std::string_view part = crimux::fuzz::TakePart(&rest);
  std::string list;
  for (int i = data[0] % 64; i > 0; --i) {
    list += crimux::fuzz::LargeItem();
    list += part;
  }
  crimux::fuzz::Check(list + std::string(rest));
  return 0;
}
