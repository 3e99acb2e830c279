#include "vmruntime/fetch/small_request.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "vmruntime/fetch/download_error.h"
#include "vmruntime/fetch/transfer.h"
#include "vmruntime/fetch/transport_options.h"

namespace crimux::vm {
namespace {

using std::chrono::milliseconds;

constexpr int kRetries = 2;
constexpr milliseconds kFirstPause{1000};
constexpr long kConnectSeconds = 30;
constexpr milliseconds kPatience{60'000};

// Where the body goes.
struct Sink {
  std::string body;
  uint64_t limit;
  bool over = false;
};

size_t Take(char* data, size_t, size_t size, void* user) noexcept {
  Sink& sink = *static_cast<Sink*>(user);
  sink.over = sink.body.size() + size > sink.limit;
  if (sink.over) return CURL_WRITEFUNC_ERROR;
  sink.body.append(data, size);
  return size;
}

std::vector<std::string> Challenges(CURL* easy) {
  std::vector<std::string> all;
  curl_header* header = nullptr;
  for (size_t i = 0;
       curl_easy_header(easy, "WWW-Authenticate", i, CURLH_HEADER, -1, &header) == CURLHE_OK; ++i) {
    all.emplace_back(header->value);
  }
  return all;
}

void SetOptions(CURL* easy, const SmallRequest& request, Sink& sink) {
  request.auth.Set(easy);
  milliseconds patience = kPatience;
  if (request.transport.timeout.count() != 0) {
    patience = std::min(patience, request.transport.timeout);
  }
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "crimux/" CRIMUX_VERSION);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  if (!request.form.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.form.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.form.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
}

struct Outcome {
  SmallAnswer answer;
  // None: there is an answer.
  std::optional<Error> failure;
  bool may_pass = false;
};

Outcome AskOnce(const SmallRequest& request, const std::stop_token& stop) {
  Transfer transfer;
  CURL* easy = transfer.easy();
  TransportOptions options(request.url, request.transport);
  for (const std::string& header : request.headers) options.AddHeader(header);
  Sink sink{.limit = request.size_limit};
  options.Set(easy);
  SetOptions(easy, request, sink);
  std::optional<CURLcode> code = transfer.Run(stop);
  if (!code) throw DownloadError(grpc::StatusCode::CANCELLED, request.shown_url, "cancelled");
  if (sink.over) {
    throw DownloadError(grpc::StatusCode::RESOURCE_EXHAUSTED, request.shown_url,
                        "the answer is absurdly long");
  }
  if (*code != CURLE_OK) {
    return {.failure = CurlError(*code, transfer.message(), request.shown_url),
            .may_pass = MayPass(*code)};
  }
  Outcome outcome{.answer = {.body = std::move(sink.body), .challenges = Challenges(easy)}};
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &outcome.answer.status);
  outcome.may_pass = outcome.answer.status == 429 || outcome.answer.status >= 500;
  return outcome;
}

void Sleep(milliseconds pause, const SmallRequest& request, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, pause, [] { return false; });
  if (stop.stop_requested()) {
    throw DownloadError(grpc::StatusCode::CANCELLED, request.shown_url, "cancelled");
  }
}

}  // namespace

SmallAnswer Ask(const SmallRequest& request, std::stop_token stop) {
  int retries = std::min(request.transport.retries, kRetries);
  for (int tried = 0;; ++tried) {
    Outcome outcome = AskOnce(request, stop);
    if (outcome.may_pass && tried < retries) {
      Sleep(kFirstPause * (1LL << tried), request, stop);
      continue;
    }
    if (outcome.failure) throw *outcome.failure;
    return outcome.answer;
  }
}

}  // namespace crimux::vm
