#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "vmruntime/fetch/credentials.h"
#include "vmruntime/fetch/progress.h"
#include "vmruntime/image/image_name.h"
#include "vmruntime/image/prepare.h"

namespace crimux::vm {

// Where an image is fetched from. Its two calls are made once each, in this order, on one thread.
// Both throw Error as ImageStore::Pull; nothing is left then, or when this goes.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  // The digest of what the name means now: of the file, or of a registry's manifest.
  virtual std::string Resolve() = 0;
  virtual Fetched Take() = 0;
};

struct SourceContext {
  const VmConfig& config;
  // Gives names for files that are not there yet.
  std::function<std::filesystem::path()> new_name;
  Progress& progress;
  std::stop_token stop;
};

// By the scheme of the name's URL. The arguments outlive the source.
std::unique_ptr<ImageSource> MakeSource(const ImageName& name, const Credentials& credentials,
                                        const SourceContext& context);

}  // namespace crimux::vm
