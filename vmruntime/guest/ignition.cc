#include <fmt/format.h>

#include <stdexcept>

#include "vmruntime/guest/mounted_data.h"
#include "vmruntime/guest/user_data.h"

namespace crimux::vm {

std::string IgnitionConfig(const GuestOptions& options, const PodMounts& mounts) {
  if (options.ignition) return *options.ignition;
  if (!options.ignition_source) return "";
  MountedData data(annotation::kIgnitionSource, *options.ignition_source, mounts);
  std::string text = data.Read(options.ignition_source->key);
  try {
    CheckIgnition(text);
  } catch (const std::invalid_argument& e) {
    data.Refuse(fmt::format("key {}: {}", options.ignition_source->key, e.what()));
  }
  return text;
}

}  // namespace crimux::vm
