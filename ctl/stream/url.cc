#include "ctl/stream/url.h"

#include <curl/curl.h>

#include <memory>

#include "base/error.h"

namespace crimux::ctl {
namespace {

class Parsed {
 public:
  explicit Parsed(const std::string& text) : text_(text), url_(curl_url(), &curl_url_cleanup) {
    CURLUcode code =
        curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK) throw Bad(grpc::StatusCode::INVALID_ARGUMENT, curl_url_strerror(code));
  }

  // Empty when there is none.
  std::string Part(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), part, &text, flags) != CURLUE_OK) return "";
    std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
  }

  Error Bad(grpc::StatusCode code, std::string_view cause) const {
    return {code, "use the runtime's URL", text_, cause};
  }

 private:
  const std::string& text_;
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_;
};

}  // namespace

StreamUrl ParseStreamUrl(const std::string& url) {
  Parsed parsed(url);
  if (parsed.Part(CURLUPART_SCHEME) != "http") {
    throw parsed.Bad(grpc::StatusCode::UNIMPLEMENTED, "its scheme is not http");
  }
  StreamUrl parts{.host = parsed.Part(CURLUPART_HOST),
                  .port = parsed.Part(CURLUPART_PORT, CURLU_DEFAULT_PORT),
                  .target = parsed.Part(CURLUPART_PATH)};
  if (parts.host.starts_with('[')) parts.host = parts.host.substr(1, parts.host.size() - 2);
  std::string query = parsed.Part(CURLUPART_QUERY);
  if (!query.empty()) parts.target += "?" + query;
  return parts;
}

}  // namespace crimux::ctl
