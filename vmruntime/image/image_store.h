#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "vmruntime/fetch/credentials.h"
#include "vmruntime/image/pulls.h"

namespace crimux::vm {

// A disk image that the store holds.
struct StoredImage {
  // "sha256:<64 hex>" of the stored file: Image.id and image_ref.
  std::string digest;
  // Names it was pulled by, as the kubelet gives them (with the default tag); repo_tags.
  std::vector<std::string> tags;
  // Names with "@sha256:…", the digest of what was fetched; repo_digests.
  std::vector<std::string> digests;
  uint64_t size = 0;          // bytes of the stored file
  uint64_t virtual_size = 0;  // bytes of the disk inside
  std::string format;         // "qcow2"; "raw" in stores of older versions
  std::filesystem::path file;
};

struct StoreUsage {
  std::filesystem::path mountpoint;
  uint64_t bytes = 0;
  uint64_t inodes = 0;
};

// Disk images by name and by the sha256 of their bytes, under one folder. Calls block; any thread,
// any number at once.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  // Fetches the image over http or https, from a registry or a folder into the store, unpacked and
  // as a qcow2, and returns the digest of what is stored. A digest in the name is that of what is
  // fetched. Pulls of one URL by the same credentials that overlap share one download. Throws
  // Error: INVALID_ARGUMENT for a malformed name, NOT_FOUND (404), UNAVAILABLE (unreachable, broke
  // off), PERMISSION_DENIED (401, 403), FAILED_PRECONDITION (not a disk image, backing file, wrong
  // digest), RESOURCE_EXHAUSTED (too large, disk full), DEADLINE_EXCEEDED and CANCELLED by
  // `context`. Nothing of a failed pull is left; one that its callers have left may go on for a
  // while, and the next call of the same joins it.
  virtual std::string Pull(const std::string& name, const CallContext& context,
                           const Credentials& credentials = {}) = 0;

  // By name, by name with digest, by digest ("sha256:…"), or by the bare hexadecimal of one.
  virtual std::optional<StoredImage> Find(const std::string& name) const = 0;
  virtual std::vector<StoredImage> List() const = 0;

  // Removes the image and all its names. Succeeds when it is not there. Throws FAILED_PRECONDITION
  // while `is_used(digest)` says that a container needs it.
  virtual void Remove(const std::string& name,
                      const std::function<bool(const std::string& digest)>& is_used) = 0;

  virtual StoreUsage Usage() const = 0;
  // Under way, the oldest first.
  virtual std::vector<PullStatus> PullsUnderWay() const = 0;
};

}  // namespace crimux::vm
