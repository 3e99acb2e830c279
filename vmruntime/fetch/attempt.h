#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "vmruntime/fetch/download.h"
#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

// What a server has said about the file that comes, for the requests after a break.
struct FileVersion {
  // For If-Range: a strong ETag or Last-Modified. Empty: there is none, nothing can be resumed.
  std::string validator;
  // Bytes of the whole file; absent: not said.
  std::optional<uint64_t> total;
};

struct AttemptFailure {
  Error error;
  // Whether another attempt may fare better.
  bool may_pass = false;
  // What the server asks for before that; zero: nothing.
  std::chrono::seconds wait{0};
};

// One request of a download. It asks for what is missing in the file if the version can be resumed,
// and for all of it otherwise. An answer with the whole file, or with another version, starts the
// file over.
class Attempt {
 public:
  Attempt(const DownloadSpec& spec, FetchFile& file, FileVersion& version, Progress& progress)
      : spec_(spec), file_(file), version_(version), progress_(progress) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // nullopt: the file is complete. `time_left`: zero for no bound. Throws Error for what no other
  // attempt can mend: CANCELLED by `stop`, and what FetchFile throws.
  std::optional<AttemptFailure> Run(std::chrono::milliseconds time_left, std::stop_token stop);

 private:
  static size_t OnBody(char* data, size_t, size_t size, void* user) noexcept;
  void Take(std::string_view bytes);
  void BeginBody();
  void BeginWhole();
  void BeginRest();
  std::string Header(const char* name) const;
  std::string ValidatorOfAnswer() const;
  void SetOptions(std::chrono::milliseconds time_left);
  std::optional<AttemptFailure> Judge(CURLcode code, const std::string& message);
  // Makes the next attempt ask for the whole file.
  AttemptFailure StartOver(std::string_view why);

  const DownloadSpec& spec_;
  FetchFile& file_;
  FileVersion& version_;
  Progress& progress_;
  CURL* easy_ = nullptr;
  // Where the rest was asked from; 0: the whole file.
  uint64_t offset_ = 0;
  bool begun_ = false;
  // An answer that doesn't fit what was asked.
  std::string misfit_;
  // What the callback threw.
  std::exception_ptr thrown_;
};

}  // namespace crimux::vm
