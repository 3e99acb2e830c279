#include "tests/vmruntime/image/disks.h"

#include <stdexcept>

#include "base/file.h"
#include "base/id.h"
#include "base/process.h"
#include "tests/temporary_dir.h"
#include "vmruntime/fetch/sha256.h"

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

std::string Converted(const std::string& raw, const std::string& format,
                      const std::string& options) {
  TemporaryDir folder;
  std::string from = (folder.path() / "from").string();
  std::string to = (folder.path() / "to").string();
  WriteFileAtomically(from, raw);
  std::vector<std::string> argv = {"qemu-img", "convert", "-f", "raw", "-O", format, from, to};
  if (!options.empty()) argv.insert(argv.begin() + 2, {"-o", options});
  Run(argv);
  return ReadFile(to);
}

std::string RawOf(const std::string& bytes, const std::string& format) {
  TemporaryDir folder;
  std::string from = (folder.path() / "from").string();
  std::string to = (folder.path() / "to").string();
  WriteFileAtomically(from, bytes);
  Run({"qemu-img", "convert", "-f", format, "-O", "raw", from, to});
  return ReadFile(to);
}

std::string Piped(const std::vector<std::string>& argv, const std::string& bytes) {
  ProcessSpec spec{.argv = argv, .input = bytes, .output_limit = 1U << 30};
  ProcessResult result = RunProcess(spec);
  if (!result.Succeeded()) throw std::runtime_error(argv[0] + ": " + result.err);
  return result.out;
}

std::string DigestOf(const std::string& bytes) {
  Sha256 sum;
  sum.Add(bytes);
  return sum.Digest();
}

DiskBytes BytesOf(std::string bytes) {
  uint64_t size = bytes.size();
  return {size, [bytes = std::move(bytes)](uint64_t offset, size_t length) {
            return offset < bytes.size() ? bytes.substr(offset, length) : std::string();
          }};
}

}  // namespace crimux::vm
