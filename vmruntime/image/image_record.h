#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace crimux::vm {

// What the store knows of one image, beside its bytes. On disk: <hex>.json, version 2.
struct ImageRecord {
  std::string digest;          // of the stored file: "sha256:<64 hex>"
  std::set<std::string> tags;  // names with tag
  // "name@sha256:<64 hex>": a name without tag, and what was fetched under it. That digest is the
  // image's own where nothing was converted.
  std::set<std::string> repo_digests;
  uint64_t size = 0;          // bytes of the file
  uint64_t virtual_size = 0;  // bytes of the disk inside
  std::string format;         // "qcow2" or "raw"
  int64_t pulled_at = 0;      // the last pull; nanoseconds since 1970

  // Whether it was made of the bytes with this digest.
  bool IsMadeOf(const std::string& source_digest) const;
  std::string Hex() const { return digest.substr(digest.find(':') + 1); }
};

std::string ToJson(const ImageRecord& record);
// Throws std::exception on anything but a record of version 2, or 1 (without
// conversions), with all its fields.
ImageRecord ParseImageRecord(const std::string& text);

}  // namespace crimux::vm
