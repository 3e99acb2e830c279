#include "vmruntime/fetch/attempt.h"

#include <fmt/format.h>

#include <charconv>

#include "vmruntime/fetch/download_error.h"
#include "vmruntime/fetch/transfer.h"
#include "vmruntime/fetch/transport_options.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

struct ContentRange {
  uint64_t first = 0;
  std::optional<uint64_t> total;
};

std::optional<uint64_t> TakeNumber(std::string_view& text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// "bytes <first>-<last>/<total or *>"
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  std::optional<uint64_t> first = TakeNumber(text);
  size_t slash = text.find('/');
  if (!first || slash == std::string_view::npos) return std::nullopt;
  text.remove_prefix(slash + 1);
  ContentRange range{.first = *first};
  if (text != "*") {
    range.total = TakeNumber(text);
    if (!range.total || !text.empty()) return std::nullopt;
  }
  return range;
}

}  // namespace

std::optional<AttemptFailure> Attempt::Run(std::chrono::milliseconds time_left,
                                           std::stop_token stop) {
  if (version_.validator.empty() && file_.size() > 0) file_.Restart();
  offset_ = file_.size();
  Transfer transfer;
  easy_ = transfer.easy();
  TransportOptions options(spec_.url, spec_.transport);
  if (offset_ > 0) {
    options.AddHeader("If-Range: " + version_.validator);
    curl_easy_setopt(easy_, CURLOPT_RANGE, fmt::format("{}-", offset_).c_str());
  }
  options.Set(easy_);
  if (spec_.auth) spec_.auth().Set(easy_);
  SetOptions(time_left);
  std::optional<CURLcode> code = transfer.Run(std::move(stop));
  if (!code) throw DownloadError(StatusCode::CANCELLED, spec_.shown_url, "cancelled");
  if (thrown_) std::rethrow_exception(thrown_);
  return Judge(*code, transfer.message());
}

void Attempt::SetOptions(std::chrono::milliseconds time_left) {
  curl_easy_setopt(easy_, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  // A name look-up that hangs must not hold up a cancellation.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "crimux/" CRIMUX_VERSION);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(spec_.connect_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(spec_.stall_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(time_left.count()));
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, 512L * 1024);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Attempt::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

size_t Attempt::OnBody(char* data, size_t, size_t size, void* user) noexcept {
  Attempt& self = *static_cast<Attempt*>(user);
  try {
    self.Take({data, size});
    return self.misfit_.empty() ? size : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    self.thrown_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

void Attempt::Take(std::string_view bytes) {
  if (!begun_) BeginBody();
  if (!misfit_.empty()) return;
  file_.Write(bytes);
  progress_.At(file_.size(), version_.total);
}

void Attempt::BeginBody() {
  begun_ = true;
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return BeginWhole();
  if (status == 206 && offset_ > 0) return BeginRest();
  misfit_ = fmt::format("HTTP status {}", status);
}

void Attempt::BeginWhole() {
  if (file_.size() > 0) file_.Restart();
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  version_ = {.validator = ValidatorOfAnswer()};
  if (announced < 0) return;
  version_.total = static_cast<uint64_t>(announced);
  file_.Announce(*version_.total);
}

void Attempt::BeginRest() {
  std::optional<ContentRange> range = ParseContentRange(Header("Content-Range"));
  if (!range || range->first != offset_) {
    misfit_ = "the server sent another range than was asked for";
  } else if (version_.total && range->total && *range->total != *version_.total) {
    misfit_ = "the file has changed on the server";
  } else if (range->total) {
    version_.total = range->total;
    file_.Announce(*range->total);
  }
}

std::string Attempt::Header(const char* name) const {
  curl_header* header = nullptr;
  CURLHcode code = curl_easy_header(easy_, name, 0, CURLH_HEADER, -1, &header);
  return code == CURLHE_OK ? header->value : "";
}

// A date is one only if the file can't have changed again within its second (RFC 9110, 8.8.2.2).
std::string Attempt::ValidatorOfAnswer() const {
  std::string tag = Header("ETag");
  if (tag.starts_with('"')) return tag;
  std::string modified = Header("Last-Modified");
  time_t changed = curl_getdate(modified.c_str(), nullptr);
  time_t now = curl_getdate(Header("Date").c_str(), nullptr);
  return changed > 0 && now > changed ? modified : "";
}

AttemptFailure Attempt::StartOver(std::string_view why) {
  file_.Restart();
  version_ = {};
  return {.error = DownloadError(StatusCode::UNAVAILABLE, spec_.shown_url, why), .may_pass = true};
}

std::optional<AttemptFailure> Attempt::Judge(CURLcode code, const std::string& message) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  bool answered = status == 200 || (status == 206 && offset_ > 0);
  if (offset_ > 0 && !misfit_.empty() && answered) return StartOver(misfit_);
  if (offset_ > 0 && status == 416) return StartOver("HTTP status 416");
  if (code == CURLE_HTTP_RETURNED_ERROR || (code == CURLE_OK && !answered) || !misfit_.empty()) {
    curl_off_t wait = 0;
    curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &wait);
    Error error = HttpError(status, spec_.shown_url);
    bool may_pass = error.code() == StatusCode::UNAVAILABLE;
    return AttemptFailure{std::move(error), may_pass, std::chrono::seconds(wait)};
  }
  if (code != CURLE_OK)
    return AttemptFailure{CurlError(code, message, spec_.shown_url), MayPass(code)};
  if (version_.total && file_.size() < *version_.total) {
    return AttemptFailure{
        DownloadError(StatusCode::UNAVAILABLE, spec_.shown_url, "the transfer broke off"), true};
  }
  return std::nullopt;
}

}  // namespace crimux::vm
