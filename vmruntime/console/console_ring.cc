#include "vmruntime/console/console_ring.h"

#include <algorithm>
#include <cstddef>

namespace crimux::vm {

void ConsoleRing::Append(std::string_view bytes) {
  if (bytes.size() > capacity_) {
    end_ += bytes.size() - capacity_;
    bytes.remove_prefix(bytes.size() - capacity_);
  }
  while (!bytes.empty()) {
    size_t at = end_ % capacity_;
    size_t length = std::min(bytes.size(), capacity_ - at);
    if (at + length > bytes_.size()) bytes_.resize(at + length);
    std::copy_n(bytes.begin(), length, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    bytes.remove_prefix(length);
    end_ += length;
  }
}

std::string ConsoleRing::Read(uint64_t at, size_t most) const {
  size_t place = at % capacity_;
  size_t length = std::min<uint64_t>({end_ - at, most, capacity_ - place});
  return bytes_.substr(place, length);
}

}  // namespace crimux::vm
