#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "vmruntime/console/console_log.h"

namespace crimux::vm {

// Where one console's files lie in a test.
inline ConsoleLogSpec SpecIn(const std::filesystem::path& dir, const std::string& id = "c1") {
  return {id, dir / (id + ".console"), dir / "logs" / (id + ".log"), dir / (id + ".checkpoint")};
}

// What QEMU does.
inline void Print(const ConsoleLogSpec& spec, const std::string& bytes) {
  std::ofstream(spec.source, std::ios::app | std::ios::binary) << bytes;
}

// Looks again and again until `condition` holds; false when it didn't within 20 s.
inline bool Eventually(const std::function<bool()>& condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline std::vector<std::string> Lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The entries of a log without their times: "F text". An entry that isn't in the CRI's form comes
// out as "malformed: …".
inline std::vector<std::string> Entries(const std::filesystem::path& log) {
  // 2026-01-02T03:04:05.123456789Z stdout F text
  const std::string form = "####-##-##T##:##:##.#########Z stdout ";
  auto fits = [&](const std::string& line) {
    if (line.size() < form.size() + 2 || line[form.size() + 1] != ' ') return false;
    if (line[form.size()] != 'F' && line[form.size()] != 'P') return false;
    for (size_t i = 0; i < form.size(); ++i) {
      bool is_digit = line[i] >= '0' && line[i] <= '9';
      if (form[i] == '#' ? !is_digit : line[i] != form[i]) return false;
    }
    return true;
  };
  std::vector<std::string> entries;
  for (const std::string& line : Lines(log)) {
    entries.push_back(fits(line) ? line.substr(form.size()) : "malformed: " + line);
  }
  return entries;
}

inline size_t CountIn(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace crimux::vm
