#include "vmruntime/disk/disk_serial.h"

#include <algorithm>

#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

constexpr size_t kLongest = 20;

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::string DiskSerial(const std::string& path) {
  std::string serial = path.starts_with('/') ? path.substr(1) : path;
  std::ranges::replace(serial, '/', '-');
  if (!serial.empty() && serial.size() <= kLongest && std::ranges::all_of(serial, IsPlain)) {
    return serial;
  }
  return Sha256Hex(path).substr(0, kLongest);
}

}  // namespace crimux::vm
