#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crimux::proxy {

// What the image names of a runtime begin with outside, and never inside. References that aren't
// names have no prefix on either side: "sha256:…", hexadecimal digits (an id or its beginning), and
// "<none>:<none>". "name@sha256:…" is a name.
class ImagePrefix {
 public:
  // Ends with "/".
  explicit ImagePrefix(std::string prefix) : prefix_(std::move(prefix)) {}

  const std::string& text() const { return prefix_; }

  // A reference from outside as the runtime knows it; nothing when that is the same.
  std::optional<std::string> Strip(std::string_view reference) const;
  // A reference from the runtime as it is called outside; nothing when that is the same.
  std::optional<std::string> PutBack(std::string_view reference) const;

  // A name from outside that is no name of the runtime's images.
  bool IsForeign(std::string_view reference) const;

 private:
  std::string prefix_;
};

}  // namespace crimux::proxy
