#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace crimux::vm {

// What the store knows of one image, beside its bytes. On disk: <hex>.json, version 1.
struct ImageRecord {
  std::string digest;           // "sha256:<64 hex>"
  std::set<std::string> tags;   // names with tag
  std::set<std::string> names;  // names without tag: those of its repo_digests
  uint64_t size = 0;            // bytes of the file
  uint64_t virtual_size = 0;    // bytes of the disk inside
  std::string format;           // "qcow2" or "raw"
  int64_t pulled_at = 0;        // the last pull; nanoseconds since 1970

  std::string Hex() const { return digest.substr(digest.find(':') + 1); }
};

std::string ToJson(const ImageRecord& record);
// Throws std::exception on anything but a record of version 1 with all its fields.
ImageRecord ParseImageRecord(const std::string& text);

}  // namespace crimux::vm
