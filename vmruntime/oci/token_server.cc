#include "vmruntime/oci/token_server.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/fetch/download_error.h"
#include "vmruntime/fetch/small_request.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

constexpr std::string_view kOperation = "get a token for";
// What the protocol has for tokens that don't say it; no less is asked for.
constexpr int64_t kShortestLife = 60;
constexpr int64_t kLongestLife = 86'400;
// Before its end.
constexpr int64_t kMargin = 10;

std::string Escaped(const std::string& text) {
  std::unique_ptr<char, decltype(&curl_free)> escaped(
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), &curl_free);
  return escaped ? escaped.get() : "";
}

std::string Parameter(const Challenge& challenge, const std::string& name) {
  auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? "" : found->second;
}

std::string_view HostOf(std::string_view url) {
  size_t start = std::min(url.find("://"), url.size() - 3) + 3;
  return url.substr(start, std::min(url.find_first_of("/?#", start), url.size()) - start);
}

std::string RealmOf(const Challenge& challenge, const TokenRequest& request) {
  std::string realm = Parameter(challenge, "realm");
  bool plain = realm.starts_with("http://") && request.registry.starts_with("http://");
  if ((!realm.starts_with("https://") && !plain) ||
      HostOf(realm).find('@') != std::string_view::npos) {
    throw Error(StatusCode::FAILED_PRECONDITION, kOperation, request.shown,
                "the registry names no token server that may be asked");
  }
  return realm.substr(0, realm.find('#'));
}

BearerToken ReadToken(const std::string& text, const std::string& shown) {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(text, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  for (const char* key : {"token", "access_token"}) {
    const boost::json::value* token = object ? object->if_contains(key) : nullptr;
    if (!token || !token->is_string() || token->get_string().empty()) continue;
    const boost::json::value* life = object->if_contains("expires_in");
    int64_t seconds = life && life->is_int64() ? life->get_int64() : kShortestLife;
    seconds = std::clamp(seconds, kShortestLife, kLongestLife) - kMargin;
    return {std::string(token->get_string()),
            std::chrono::steady_clock::now() + std::chrono::seconds(seconds)};
  }
  throw Error(StatusCode::FAILED_PRECONDITION, kOperation, shown,
              "the token server's answer holds none");
}

// What the registry's transport means for another host.
ImageTransport TransportTo(std::string_view realm, const ImageTransport& transport,
                           const TokenRequest& request) {
  ImageTransport other = transport;
  if (HostOf(realm) == HostOf(request.registry)) return other;
  other.server_name.clear();
  other.certificate.clear();
  other.key.clear();
  return other;
}

}  // namespace

BearerToken BuyToken(const Challenge& challenge, const Credentials& credentials,
                     const ImageTransport& transport, const TokenRequest& request,
                     std::stop_token stop) {
  std::string realm = RealmOf(challenge, request);
  std::string scope = Parameter(challenge, "scope");
  if (scope.empty()) scope = request.scope;
  std::string wanted =
      fmt::format("service={}&scope={}", Escaped(Parameter(challenge, "service")), Escaped(scope));
  SmallRequest ask{.url = realm,
                   .shown_url = realm.substr(0, realm.find('?')),
                   .transport = TransportTo(realm, transport, request)};
  if (!credentials.identity_token.empty()) {
    ask.form = fmt::format("grant_type=refresh_token&client_id=crimux&refresh_token={}&{}",
                           Escaped(credentials.identity_token), wanted);
  } else {
    ask.url += (realm.find('?') == std::string::npos ? "?" : "&") + wanted;
    ask.auth = {.username = credentials.username, .password = credentials.password};
  }
  SmallAnswer answer = Ask(ask, std::move(stop));
  if (answer.status != 200) throw HttpError(answer.status, ask.shown_url);
  return ReadToken(answer.body, request.shown);
}

}  // namespace crimux::vm
