#include "vmruntime/fetch/transport_options.h"

#include <fmt/format.h>

#include <tuple>

#include "base/error.h"

namespace crimux::vm {
namespace {

void Check(CURLUcode code) {
  if (code != CURLUE_OK) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read the URL of an image", "",
                curl_url_strerror(code));
  }
}

class Url {
 public:
  explicit Url(const std::string& text) : url_(curl_url(), &curl_url_cleanup) {
    Check(curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0));
  }
  std::string Get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    Check(curl_url_get(url_.get(), part, &text, flags));
    std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
  }
  void Set(CURLUPart part, const std::string& text) {
    Check(curl_url_set(url_.get(), part, text.c_str(), 0));
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_;
};

}  // namespace

TransportOptions::TransportOptions(const std::string& url, const ImageTransport& transport)
    : url_(url), transport_(transport) {
  if (!transport_.server_name.empty() && url.starts_with("https:")) RenameHost();
}

void TransportOptions::RenameHost() {
  Url url(url_);
  std::string host = url.Get(CURLUPART_HOST);
  std::string port = url.Get(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  url.Set(CURLUPART_HOST, transport_.server_name);
  url_ = url.Get(CURLUPART_URL);
  std::string way = fmt::format("{}:{}:{}:{}", transport_.server_name, port, host, port);
  connect_to_.reset(curl_slist_append(nullptr, way.c_str()));
  AddHeader(fmt::format("Host: {}:{}", host, port));
}

void TransportOptions::AddHeader(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
  if (!longer) throw Error(grpc::StatusCode::RESOURCE_EXHAUSTED, "set up download", "", "memory");
  std::ignore = headers_.release();
  headers_.reset(longer);
}

void TransportOptions::Set(CURL* easy) const {
  bool tls = url_.starts_with("https:");
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(transport_.redirects));
  if (connect_to_) curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  if (headers_) curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  if (transport_.proxy == "none") {
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  } else if (!transport_.proxy.empty()) {
    curl_easy_setopt(easy, CURLOPT_PROXY, transport_.proxy.c_str());
    // The environment's exceptions are not meant for this one.
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  }
  // The system's authorities stay: curl looks for those in its default directory.
  if (!transport_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, transport_.ca_file.c_str());
  }
  if (!transport_.certificate.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, transport_.certificate.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, transport_.key.c_str());
  }
  if (transport_.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

}  // namespace crimux::vm
