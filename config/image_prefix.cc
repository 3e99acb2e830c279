#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/sections.h"

namespace crimux {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool IsPrefix(const std::string& text) {
  char last = '/';
  for (char c : text) {
    if (!IsWordCharacter(c) && (c != '/' || last == '/')) return false;
    last = c;
  }
  return !text.empty() && last == '/';
}

struct Taken {
  std::string prefix;
  std::string runtime;
};

std::vector<Taken> VmPrefixes(const std::vector<RuntimeConfig>& runtimes) {
  std::vector<Taken> taken;
  for (const RuntimeConfig& runtime : runtimes) {
    if (!runtime.vm) continue;
    for (const std::string& prefix : runtime.vm->image_prefixes) {
      taken.push_back({prefix, runtime.name});
    }
  }
  return taken;
}

void CheckKind(const std::vector<RuntimeConfig>& runtimes, const ImagePrefixPlace& prefix) {
  auto runtime = std::find_if(runtimes.begin(), runtimes.end(),
                              [&](const RuntimeConfig& one) { return one.name == prefix.runtime; });
  if (runtime->vm) prefix.place.Fail("the VM runtime has vm.imagePrefixes instead");
  if (runtime->is_default) {
    prefix.place.Fail("the default runtime takes the names without a prefix, so it can't have one");
  }
}

}  // namespace

std::string ReadImagePrefix(const YamlValue& value) {
  std::string prefix = value.NonEmptyString();
  if (!IsPrefix(prefix)) {
    value.Fail(
        fmt::format("must be words of lower-case letters, digits, \".\", \"-\" and \"_\", each "
                    "followed by \"/\", not \"{}\"",
                    prefix));
  }
  return prefix;
}

void CheckImagePrefixes(const std::vector<RuntimeConfig>& runtimes,
                        const std::vector<ImagePrefixPlace>& prefixes) {
  std::vector<Taken> taken = VmPrefixes(runtimes);
  for (const ImagePrefixPlace& prefix : prefixes) {
    CheckKind(runtimes, prefix);
    std::string text = prefix.place.String();
    for (const Taken& other : taken) {
      if (!text.starts_with(other.prefix) && !other.prefix.starts_with(text)) continue;
      prefix.place.Fail(fmt::format("\"{}\" can't be told from \"{}\" of runtime \"{}\"", text,
                                    other.prefix, other.runtime));
    }
    taken.push_back({std::move(text), prefix.runtime});
  }
}

}  // namespace crimux
