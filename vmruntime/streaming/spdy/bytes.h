#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crimux::vm::spdy {

// Numbers in network byte order. `bytes` has as many as it takes.
inline uint32_t ReadUint(std::string_view bytes, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}
inline uint32_t ReadUint32(std::string_view bytes) { return ReadUint(bytes, 4); }

inline void AddUint(uint32_t value, size_t size, std::string& bytes) {
  for (size_t i = size; i > 0; --i) bytes.push_back(static_cast<char>(value >> 8 * (i - 1)));
}
inline void AddUint32(uint32_t value, std::string& bytes) { AddUint(value, 4, bytes); }

}  // namespace crimux::vm::spdy
