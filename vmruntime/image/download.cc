#include "vmruntime/image/download.h"

#include <curl/curl.h>

#include <exception>
#include <optional>

#include "base/error.h"
#include "vmruntime/image/download_error.h"
#include "vmruntime/image/transfer.h"
#include "vmruntime/image/transport_options.h"

namespace crimux::vm {
namespace {

// What the C callback reaches.
struct Body {
  FetchFile& file;
  CURL* easy;
  std::exception_ptr failure;
};

size_t OnBody(char* data, size_t, size_t size, void* user) noexcept {
  Body& body = *static_cast<Body*>(user);
  try {
    curl_off_t announced = -1;
    curl_easy_getinfo(body.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (body.file.size() == 0 && announced >= 0) {
      body.file.Announce(static_cast<uint64_t>(announced));
    }
    body.file.Write({data, size});
    return size;
  } catch (...) {
    body.failure = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

void SetOptions(CURL* easy, const DownloadSpec& spec) {
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name look-up that hangs must not hold up a cancellation.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "crimux/" CRIMUX_VERSION);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(spec.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(spec.stall_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(spec.transport.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L * 1024);
}

void Fetch(const DownloadSpec& spec, std::stop_token stop, FetchFile& file) {
  Transfer transfer;
  Body body{file, transfer.easy(), nullptr};
  TransportOptions options(spec.url, spec.transport);
  options.Set(transfer.easy());
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
  FetchFile file({.operation = "download",
                  .shown = spec.shown_url,
                  .file = spec.file,
                  .size_limit = spec.size_limit,
                  .expected_size = spec.expected_size});
  Fetch(spec, std::move(stop), file);
  return file.Finish();
}

}  // namespace crimux::vm
