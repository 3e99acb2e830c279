#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// Which runtimes hold an image, by its id or digest. One image may be in several. Names are not
// kept: a name says where an image is to be, which the routes decide, never where one happens to
// be. Front thread.
class ImageHolders {
 public:
  // Whether a reference is an id or a digest rather than a name: "sha256:…", "…@sha256:…", or
  // hexadecimal digits, of which the first few do.
  static bool IsId(std::string_view reference);

  // In no particular order; empty when not known.
  std::vector<Runtime*> Find(std::string_view reference) const;
  void Learn(std::string_view reference, Runtime* runtime);
  // The runtime's complete ListImagesResponse.
  void LearnList(std::string_view response, Runtime* runtime);
  void Forget(std::string_view reference, Runtime* runtime);
  void Drop(const Runtime* runtime);

  // Images, not names of images.
  size_t Count(Runtime* runtime) const;

 private:
  struct Held {
    // Ids without "sha256:", and "name@sha256:…" whole.
    std::set<std::string, std::less<>> references;
    size_t images = 0;
  };
  std::map<Runtime*, Held> held_;
};

}  // namespace crimux::proxy
