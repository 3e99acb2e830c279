#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {

struct FetchFileSpec {
  // What errors say was tried, and on what.
  std::string operation;
  std::string shown;
  // Must not be there yet.
  std::filesystem::path file;
  // Bytes.
  uint64_t size_limit = 0;
  // What the size has to be; absent: anything.
  std::optional<uint64_t> expected_size;
};

struct DownloadResult {
  std::string digest;  // "sha256:<64 hex>"
  uint64_t size = 0;   // bytes
};

// The file that an image is fetched into, and its sha256. It goes when this goes, unless Finish was
// called. Throws Error: RESOURCE_EXHAUSTED (over the limit, disk full), FAILED_PRECONDITION
// (another size than expected).
class FetchFile {
 public:
  explicit FetchFile(FetchFileSpec spec);
  FetchFile(const FetchFile&) = delete;
  FetchFile& operator=(const FetchFile&) = delete;
  ~FetchFile();

  // The whole size is known before the bytes come: refuses it, or reserves room for it.
  void Announce(uint64_t total);
  void Write(std::string_view bytes);
  // Makes it a copy of an open file at once, where the file system shares blocks; false: it can't.
  bool CloneFrom(int fd);
  // What was written is void.
  void Restart();
  // Written so far, in bytes.
  uint64_t size() const { return size_; }
  // Read-only (mode 0444) and on the disk from now on.
  DownloadResult Finish();

 private:
  Error Refusal(grpc::StatusCode code, std::string_view cause) const;
  void CheckSize(uint64_t size) const;
  void HashAll();

  const FetchFileSpec spec_;
  Sha256 hash_;
  UniqueFd fd_;
  uint64_t size_ = 0;
  bool finished_ = false;
};

}  // namespace crimux::vm
