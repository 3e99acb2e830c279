#pragma once

#include <cstdint>
#include <string_view>

namespace crimux::vm {

// A big-endian number of T's size at `offset`; 0 where the bytes end before.
template <typename T>
T ReadBigEndian(std::string_view bytes, uint64_t offset) {
  if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T)) return 0;
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[offset + i]));
  }
  return value;
}

// The same for a little-endian one.
template <typename T>
T ReadLittleEndian(std::string_view bytes, uint64_t offset) {
  if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T)) return 0;
  T value = 0;
  for (size_t i = sizeof(T); i-- > 0;) {
    value = static_cast<T>(static_cast<uint64_t>(value) << 8 |
                           static_cast<unsigned char>(bytes[offset + i]));
  }
  return value;
}

// Whether `magic` stands at `offset`.
inline bool HasAt(std::string_view bytes, uint64_t offset, std::string_view magic) {
  return offset <= bytes.size() && bytes.substr(offset).starts_with(magic);
}

}  // namespace crimux::vm
