#include "vmruntime/oci/reference.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kSecure = "oci://";
constexpr std::string_view kPlain = "oci-http://";

[[noreturn]] void Refuse(std::string_view url, std::string_view why) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "parse image name", url, why);
}

// The grammar is the OCI Distribution Specification's.
bool IsRepository(const std::string& text) {
  static const RE2 kRepository(
      "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  return text.size() <= 255 && RE2::FullMatch(text, kRepository);
}

bool IsVersion(const std::string& text) {
  static const RE2 kVersion("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}|sha256:[0-9a-f]{64}");
  return RE2::FullMatch(text, kVersion);
}

// Takes "@digest" or ":tag" off; a digest makes the tag void.
std::string TakeVersion(std::string& rest) {
  std::string digest;
  if (size_t at = rest.find('@'); at != std::string::npos) {
    digest = rest.substr(at + 1);
    rest.resize(at);
  }
  std::string tag = "latest";
  if (size_t colon = rest.find(':'); colon != std::string::npos) {
    tag = rest.substr(colon + 1);
    rest.resize(colon);
  }
  return digest.empty() ? tag : digest;
}

}  // namespace

std::string OciReference::Url(std::string_view kind, std::string_view of) const {
  return fmt::format("{}/v2/{}/{}/{}", registry, repository, kind, of);
}

bool IsOciUrl(std::string_view url) { return url.starts_with(kSecure) || url.starts_with(kPlain); }

OciReference ParseOciReference(std::string_view url) {
  bool plain = url.starts_with(kPlain);
  std::string_view rest = url.substr(plain ? kPlain.size() : kSecure.size());
  size_t slash = rest.find('/');
  if (slash == std::string_view::npos) Refuse(url, "it has no repository after the registry");
  std::string host(rest.substr(0, slash));
  OciReference reference{.repository = std::string(rest.substr(slash + 1))};
  reference.version = TakeVersion(reference.repository);
  if (!IsRepository(reference.repository)) Refuse(url, "the repository is malformed");
  if (!IsVersion(reference.version)) Refuse(url, "the tag or digest is malformed");
  if (host == "docker.io") {
    host = "registry-1.docker.io";
    if (reference.repository.find('/') == std::string::npos) {
      reference.repository.insert(0, "library/");
    }
  }
  reference.registry = fmt::format("{}://{}", plain ? "http" : "https", host);
  return reference;
}

}  // namespace crimux::vm
