#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// One file beside this one is one target: a function that any bytes may be given to, and the seeds
// from which a fuzzer starts. The same file makes two programs: with libFuzzer (scripts/test fuzz),
// and with replay.cc a unit test that needs no fuzzer.

// libFuzzer's name. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace crimux::fuzz {

// Inputs that lead into the code.
std::vector<std::string> Seeds();

// Aborts, as a fault, unless it holds.
void Require(bool holds, const char* what);

inline std::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Cuts `text` behind the first part, whose length is its first byte; what is there of it, if it is
// too short.
std::string_view TakePart(std::string_view* text);
// A part for TakePart; shorter than 256 bytes.
std::string Part(const std::string& text);

}  // namespace crimux::fuzz
