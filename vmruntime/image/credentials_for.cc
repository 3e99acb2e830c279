#include "vmruntime/image/credentials_for.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>

namespace crimux::vm {
namespace {

// What the address of a server in a pull secret comes to, which may be a URL.
std::string_view Plain(std::string_view server) {
  for (std::string_view scheme : {"https://", "http://"}) {
    if (server.starts_with(scheme)) server.remove_prefix(scheme.size());
  }
  while (server.ends_with('/')) server.remove_suffix(1);
  for (std::string_view version : {"/v1", "/v2"}) {
    if (server.ends_with(version)) server.remove_suffix(version.size());
  }
  return server == "index.docker.io" ? "docker.io" : server;
}

std::string_view HostOf(std::string_view url) {
  size_t start = std::min(url.find("://"), url.size() - 3) + 3;
  return url.substr(start, std::min(url.find_first_of("/?", start), url.size()) - start);
}

bool BeginsWith(std::string_view name, std::string_view server) {
  return name.starts_with(server) && (name.size() == server.size() || name[server.size()] == '/');
}

}  // namespace

Credentials CredentialsFor(const ImageName& name, const Credentials& credentials) {
  if (credentials.empty() || credentials.server.empty()) return credentials;
  std::string_view server = Plain(credentials.server);
  if (server == HostOf(name.shown_url) || BeginsWith(name.repository, server)) return credentials;
  spdlog::warn("images: {}: the credentials that came with it are for another server",
               name.shown_url);
  return {};
}

}  // namespace crimux::vm
