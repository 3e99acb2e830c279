#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

// What a layer of a container image, or the tar of an artifact, has to do with the disk.
struct LayerContent {
  // Files that may be the disk, by their names in the tar; a hundred at most.
  std::vector<std::string> disks;
  // Names of files below /disk that lower layers have and that are gone (whiteouts).
  std::set<std::string> removed;
  // Nothing below /disk that lower layers have is there any more.
  bool hides_lower = false;
};

// Whose files may be the disk.
enum class LayerKind {
  kImage,     // those right below /disk
  kArtifact,  // any
};

struct LayerFile {
  // The tar, not compressed.
  std::filesystem::path file;
  LayerKind kind;
  // Names the image in errors.
  std::string shown;
  // Told how much is extracted; may be null.
  Progress* progress = nullptr;
};

// Whether a file begins as a tar does.
bool IsTar(const std::filesystem::path& file);

// Fills up the last block of a tar that ends within it (umoci writes such): other readers don't
// mind.
void PadTar(const std::filesystem::path& file);

// Looks through a tar that nobody vouches for; names in it are compared and shown, never used as
// paths. Throws Error: FAILED_PRECONDITION (damaged; a link, device or folder where the disk should
// be), CANCELLED by `stop`.
LayerContent ListLayer(const LayerFile& layer, std::stop_token stop);

// Writes the one file of that name (as ListLayer has it) into a new file of mode 0644, with holes
// for zeros. On an Error it may be half written. Throws Error: FAILED_PRECONDITION (damaged),
// RESOURCE_EXHAUSTED (over the limit in bytes, disk full), CANCELLED by `stop`.
void ExtractFromLayer(const LayerFile& layer, const std::string& disk,
                      const std::filesystem::path& to, uint64_t size_limit, std::stop_token stop);

// The last component of a name.
std::string BaseName(const std::string& disk);

}  // namespace crimux::vm
