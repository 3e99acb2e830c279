#include "base/io/stream_url.h"

#include <curl/urlapi.h>
#include <fmt/format.h>

#include <memory>

#include "base/error.h"

namespace crimux {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  ::curl_free(text);
  return copy;
}

// "//host", "host:1" and ":1" become URLs.
std::string WithScheme(const std::string& url) {
  if (url.find("://") != std::string::npos) return url;
  return "http://" + (url.starts_with("//") ? url.substr(2) : url);
}

// curl reads no URL without a host.
std::string WithHost(std::string url) {
  size_t host = url.find("://") + 3;
  if (host < url.size() && url[host] == ':') url.insert(host, "127.0.0.1");
  return url;
}

std::string Reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "[::]") return "[::1]";
  return host;
}

}  // namespace

std::string StreamUrl::Authority() const {
  bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

StreamUrl ParseStreamUrl(const std::string& text) {
  auto fail = [&](std::string_view cause) {
    throw Error(grpc::StatusCode::INTERNAL, "use the runtime's URL", text, cause);
  };
  std::string whole = WithHost(WithScheme(text));
  // curl passes over a third slash, and would take the path's first word for the host.
  if (whole.find(":///") != std::string::npos) fail("it has no host");
  Handle url(::curl_url(), &curl_url_cleanup);
  CURLUcode code =
      ::curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) fail(::curl_url_strerror(code));
  std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") fail("its scheme is neither http nor https");
  StreamUrl parsed{.tls = scheme == "https"};
  parsed.host = Reachable(Part(url.get(), CURLUPART_HOST));
  if (parsed.host.starts_with('[')) parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  parsed.port =
      static_cast<uint16_t>(std::stoul(Part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)));
  parsed.target = Part(url.get(), CURLUPART_PATH);
  if (parsed.target.size() < 2) fail("it has no path");
  std::string query = Part(url.get(), CURLUPART_QUERY);
  if (!query.empty()) parsed.target += "?" + query;
  return parsed;
}

}  // namespace crimux
