#pragma once

#include <string>

#include "vmruntime/image/image_store.h"

namespace crimux {

// The page /images of the status socket: pulls under way, and images that are there. JSON. Never
// throws.
std::string ImagesPage(const vm::ImageStore& images);

}  // namespace crimux
