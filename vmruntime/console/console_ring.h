#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crimux::vm {

// The last bytes that a console has printed. Each byte has a number, counted from the beginning, by
// which any number of readers go on from where they are.
class ConsoleRing {
 public:
  explicit ConsoleRing(size_t capacity) : capacity_(capacity) {}

  void Append(std::string_view bytes);
  // The numbers of the oldest byte that is there, and of the next one to come.
  uint64_t begin() const { return end_ - bytes_.size(); }
  uint64_t end() const { return end_; }
  // At most `most` bytes from `at` on, which lies between begin and end.
  std::string Read(uint64_t at, size_t most) const;

 private:
  size_t capacity_;
  // The byte with number n is at n % capacity_ once it is full.
  std::string bytes_;
  uint64_t end_ = 0;
};

}  // namespace crimux::vm
