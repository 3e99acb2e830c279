#include "tests/vmruntime/image/disks.h"

#include <stdexcept>

#include "base/file.h"
#include "base/id.h"
#include "base/process.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {

void Run(std::vector<std::string> argv) {
  ProcessSpec spec{.argv = std::move(argv)};
  ProcessResult result = RunProcess(spec);
  if (!result.Succeeded()) throw std::runtime_error(spec.argv[0] + ": " + result.err);
}

std::filesystem::path MakeQcow2(const std::filesystem::path& folder,
                                std::vector<std::string> options) {
  std::filesystem::path file = folder / (ShortId(NewId()) + ".qcow2");
  std::vector<std::string> argv = {"qemu-img", "create", "-q", "-f", "qcow2"};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), {file.string(), "4M"});
  Run(argv);
  return file;
}

std::string Qcow2Bytes(char seed) {
  TemporaryDir folder;
  std::filesystem::path raw = folder.path() / "raw";
  std::filesystem::path file = folder.path() / "qcow2";
  WriteFileAtomically(raw, std::string(4U << 20, seed));
  Run({"qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.string(), file.string()});
  return ReadFile(file);
}

std::string RawDiskBytes(size_t size) {
  std::string bytes(size, '\0');
  bytes.replace(510, 2, "\x55\xaa");
  return bytes;
}

}  // namespace crimux::vm
