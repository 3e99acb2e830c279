#include "vmruntime/image/download.h"

#include <absl/cleanup/cleanup.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/image/download_error.h"
#include "vmruntime/image/sha256.h"
#include "vmruntime/image/transfer.h"

namespace crimux::vm {
namespace {

// Where the body of the answer goes.
class Sink {
 public:
  explicit Sink(const DownloadSpec& spec)
      : spec_(spec), fd_(OpenFile(spec.file, O_WRONLY | O_CREAT | O_EXCL)) {}

  // `announced`: the whole size if the server has said it, else -1.
  void Write(std::string_view bytes, int64_t announced) {
    if (size_ == 0) CheckRoom(announced);
    if (bytes.size() > spec_.size_limit - size_) throw TooLarge();
    WriteAll(fd_.get(), bytes, spec_.file);
    hash_.Add(bytes);
    size_ += bytes.size();
  }

  DownloadResult Finish() {
    if (::fchmod(fd_.get(), 0444) != 0) throw SystemError(errno, "protect", spec_.file.string());
    if (::fsync(fd_.get()) != 0) throw SystemError(errno, "sync", spec_.file.string());
    return {hash_.Digest(), size_};
  }

 private:
  Error TooLarge() const {
    return DownloadError(grpc::StatusCode::RESOURCE_EXHAUSTED, spec_,
                         fmt::format("larger than the limit of {} bytes", spec_.size_limit));
  }

  void CheckRoom(int64_t announced) const {
    if (announced < 0) return;
    uint64_t size = static_cast<uint64_t>(announced);
    if (size > spec_.size_limit) throw TooLarge();
    struct statvfs room {};
    if (::fstatvfs(fd_.get(), &room) != 0) {
      throw SystemError(errno, "get free space of", spec_.file.string());
    }
    uint64_t available = static_cast<uint64_t>(room.f_bavail) * room.f_frsize;
    if (size > available) {
      throw DownloadError(
          grpc::StatusCode::RESOURCE_EXHAUSTED, spec_,
          fmt::format("it has {} bytes, the disk has {} bytes free", size, available));
    }
  }

  const DownloadSpec& spec_;
  Sha256 hash_;
  UniqueFd fd_;
  uint64_t size_ = 0;
};

// What the C callback reaches.
struct Body {
  Sink& sink;
  CURL* easy;
  std::exception_ptr failure;
};

size_t OnBody(char* data, size_t, size_t size, void* user) noexcept {
  Body& body = *static_cast<Body*>(user);
  try {
    curl_off_t announced = -1;
    curl_easy_getinfo(body.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    body.sink.Write({data, size}, announced);
    return size;
  } catch (...) {
    body.failure = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

void SetOptions(CURL* easy, const DownloadSpec& spec) {
  bool tls = spec.url.starts_with("https:");
  curl_easy_setopt(easy, CURLOPT_URL, spec.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name look-up that hangs must not hold up a cancellation.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "crimux/" CRIMUX_VERSION);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(spec.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(spec.stall_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L * 1024);
  // The system's authorities stay: curl looks for those in its default directory.
  if (!spec.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, spec.ca_file.c_str());
}

void Fetch(const DownloadSpec& spec, std::stop_token stop, Sink& sink) {
  Transfer transfer;
  Body body{sink, transfer.easy(), nullptr};
  SetOptions(transfer.easy(), spec);
  curl_easy_setopt(transfer.easy(), CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(transfer.easy(), CURLOPT_WRITEDATA, &body);
  std::optional<CURLcode> code = transfer.Run(std::move(stop));
  if (!code) throw DownloadError(grpc::StatusCode::CANCELLED, spec, "cancelled");
  if (body.failure) std::rethrow_exception(body.failure);
  long status = 0;
  curl_easy_getinfo(transfer.easy(), CURLINFO_RESPONSE_CODE, &status);
  if (*code == CURLE_HTTP_RETURNED_ERROR) throw HttpError(status, spec);
  if (*code != CURLE_OK) throw CurlError(*code, transfer.message(), spec);
  if (status != 200) throw HttpError(status, spec);
}

}  // namespace

DownloadResult Download(const DownloadSpec& spec, std::stop_token stop) {
  Sink sink(spec);
  absl::Cleanup remove = [&] { ::unlink(spec.file.c_str()); };
  Fetch(spec, std::move(stop), sink);
  DownloadResult result = sink.Finish();
  std::move(remove).Cancel();
  return result;
}

}  // namespace crimux::vm
