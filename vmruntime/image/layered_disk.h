#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "vmruntime/image/layer.h"
#include "vmruntime/image/temporary_file.h"
#include "vmruntime/oci/registry_client.h"

namespace crimux::vm {

// Finds the one disk in what a registry's manifest leads to:
//   a container image: the file right below /disk, in the uppermost layer that has one;
//   an artifact: its only layer, or the only file in that, where it is a tar.
// Layers are fetched one by one, the uppermost first, and no more of them than are needed; each is
// gone before the next comes.
class LayeredDisk {
 public:
  // All arguments outlive this. `new_name` gives names for files that are not there yet.
  LayeredDisk(RegistryClient& registry, const std::function<std::filesystem::path()>& new_name,
              const VmConfig& config, const std::string& shown, Progress& progress,
              std::stop_token stop)
      : registry_(registry),
        new_name_(new_name),
        config_(config),
        shown_(shown),
        progress_(progress),
        stop_(std::move(stop)) {}

  // The disk's file, which may still be compressed. Throws Error: FAILED_PRECONDITION (no disk,
  // several, damaged), and what GetBlob, Unpack and ExtractFromLayer throw.
  TemporaryFile Get(const OciManifest& manifest);

 private:
  // Unpacked, if it was packed.
  TemporaryFile FetchLayer(const OciLayer& layer);
  TemporaryFile Unpacked(TemporaryFile packed);
  // The layer's disk that no upper layer has removed; empty: none.
  std::string OnlyDisk(const LayerContent& content) const;
  Error Refusal(std::string_view why) const;

  RegistryClient& registry_;
  const std::function<std::filesystem::path()>& new_name_;
  const VmConfig& config_;
  const std::string& shown_;
  Progress& progress_;
  const std::stop_token stop_;
  // By upper layers.
  std::set<std::string> removed_;
};

}  // namespace crimux::vm
