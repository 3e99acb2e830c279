#include "proxy/routing/image_holders.h"

#include <algorithm>

#include "proxy/image_reference.h"
#include "proxy/wire/fields.h"

namespace crimux::proxy {
namespace {

constexpr std::string_view kSha = "sha256:";
constexpr std::string_view kAtSha = "@sha256:";
// The shortest abbreviation that is taken for an id.
constexpr size_t kShortest = 6;

std::string_view Normalized(std::string_view reference) {
  return reference.starts_with(kSha) ? reference.substr(kSha.size()) : reference;
}

// Fields of runtime.v1.Image.
constexpr uint32_t kId = 1;
constexpr uint32_t kRepoDigests = 3;

}  // namespace

bool ImageHolders::IsId(std::string_view reference) {
  return IsImageId(reference) || reference.find(kAtSha) != std::string_view::npos;
}

std::vector<Runtime*> ImageHolders::Find(std::string_view reference) const {
  std::string_view wanted = Normalized(reference);
  if (wanted.size() < kShortest) return {};
  std::vector<Runtime*> found;
  for (const auto& [runtime, held] : held_) {
    auto at = held.references.lower_bound(wanted);
    if (at == held.references.end()) continue;
    bool abbreviated = IsHex(wanted) && at->starts_with(wanted);
    if (*at == wanted || abbreviated) found.push_back(runtime);
  }
  return found;
}

void ImageHolders::Learn(std::string_view reference, Runtime* runtime) {
  if (!IsId(reference)) return;
  Held& held = held_[runtime];
  if (held.references.emplace(Normalized(reference)).second) ++held.images;
}

void ImageHolders::LearnList(std::string_view response, Runtime* runtime) {
  Held held;
  Fields list(response);
  while (list.Next()) {
    if (list.number() != 1 || !list.bytes()) continue;
    ++held.images;
    Fields image(*list.bytes());
    while (image.Next()) {
      if (!image.bytes()) continue;
      if (image.number() == kId) held.references.emplace(Normalized(*image.bytes()));
      if (image.number() == kRepoDigests) held.references.emplace(*image.bytes());
    }
  }
  held_[runtime] = std::move(held);
}

void ImageHolders::Forget(std::string_view reference, Runtime* runtime) {
  auto found = held_.find(runtime);
  if (found == held_.end()) return;
  auto at = found->second.references.find(Normalized(reference));
  if (at == found->second.references.end()) return;
  found->second.references.erase(at);
  if (found->second.images > 0) --found->second.images;
}

void ImageHolders::Drop(const Runtime* runtime) { held_.erase(const_cast<Runtime*>(runtime)); }

size_t ImageHolders::Count(Runtime* runtime) const {
  auto found = held_.find(runtime);
  return found == held_.end() ? 0 : found->second.images;
}

}  // namespace crimux::proxy
