// Runs a fuzz target over its seeds, over each of them cut short or with one byte changed, and over
// the files in a folder: inputs that once failed.
//
//   fuzz_replay_NAME [FOLDER]
//   fuzz_replay_NAME --write FOLDER      writes the seeds there, for libFuzzer to start from
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

namespace fs = std::filesystem;

int runs = 0;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  ++runs;
}

void RunVariants(const std::string& seed) {
  Run(seed);
  for (size_t at = 0; at < seed.size(); ++at) {
    Run(seed.substr(0, at));
    for (char value : {'\x00', '\x01', '\x7f', '\xff'}) {
      std::string changed = seed;
      changed[at] = value;
      Run(changed);
    }
  }
}

void RunFiles(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    Run({std::istreambuf_iterator<char>(file), {}});
  }
}

void WriteSeeds(const fs::path& folder) {
  int number = 0;
  for (const std::string& seed : Seeds()) {
    std::ofstream(folder / ("seed" + std::to_string(number++)), std::ios::binary) << seed;
  }
}

int Main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--write") {
    WriteSeeds(argv[2]);
    return 0;
  }
  for (const std::string& seed : Seeds()) RunVariants(seed);
  if (argc == 2 && fs::exists(argv[1])) RunFiles(argv[1]);
  std::printf("%d inputs\n", runs);
  return runs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace crimux::fuzz

int main(int argc, char** argv) { return crimux::fuzz::Main(argc, argv); }
