#include "vmruntime/image/image_name.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "vmruntime/image/name_escape.h"
#include "vmruntime/oci/reference.h"

namespace crimux::vm {
namespace {

constexpr size_t kLongestName = 2048;
constexpr std::string_view kNameSigns = "._-/:@";
// What a URL may hold beside letters and digits (RFC 3986), without "#".
constexpr std::string_view kUrlSigns = "-._~:/?[]@!$&'()*+,;=%";

// A user name or password in a name stays out of the message.
std::string WithoutUser(std::string_view name) {
  size_t end = name.find("__40");
  if (end == std::string_view::npos) return std::string(name);
  size_t slash = name.substr(0, end).rfind('/');
  size_t start = slash == std::string_view::npos ? 0 : slash + 1;
  return fmt::format("{}***{}", name.substr(0, start), name.substr(end));
}

// Nor does a query get into one.
std::string ShownName(std::string_view name) {
  std::string shown = WithoutUser(name);
  size_t query = shown.find("__3f");
  return query == std::string::npos ? shown : shown.substr(0, query) + "__3f...";
}

bool IsScheme(std::string_view text) {
  return text == "http" || text == "https" || text == "file" || text == "oci" || text == "oci-http";
}

std::vector<std::string> Split(std::string_view text) {
  return absl::StrSplit(std::string(text), '/');
}

[[noreturn]] void Refuse(std::string_view name, std::string_view why) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "parse image name",
              absl::CHexEscape(WithoutUser(name.substr(0, kLongestName))), why);
}

bool AllOf(std::string_view text, std::string_view signs) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           signs.find(c) != std::string_view::npos;
  });
}

bool IsHostPort(std::string_view text) {
  std::string_view host = text;
  size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.back() != ']') {
    std::string_view port = text.substr(colon + 1);
    bool digits = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
    if (port.empty() || port.size() > 5 || !digits) return false;
    int number = std::stoi(std::string(port));
    if (number < 1 || number > 65535) return false;
    host = text.substr(0, colon);
  }
  if (host.starts_with('[')) return host.size() > 3 && host.ends_with(']') && AllOf(host, "[]:.");
  return !host.empty() && AllOf(host, ".-") && host.front() != '-' && host.front() != '.';
}

bool HasDotSegment(const std::string& path) {
  for (const std::string& part : Split(path.substr(0, path.find('?')))) {
    std::string plain = absl::StrReplaceAll(part, {{"%2e", "."}, {"%2E", "."}});
    if (plain == "." || plain == "..") return true;
  }
  return false;
}

// Takes "@sha256:…" and ":tag" off `rest`.
void TakeDigest(std::string_view name, std::string_view& rest, ImageName& parsed) {
  size_t at = rest.find('@');
  if (at == std::string_view::npos) return;
  parsed.digest = rest.substr(at + 1);
  rest = rest.substr(0, at);
  if (!IsDigest(parsed.digest)) {
    Refuse(name, "the digest is not \"sha256:\" and 64 lower-case hexadecimal digits");
  }
}

std::string TakeTag(std::string_view name, std::string_view& rest) {
  size_t colon = rest.rfind(':');
  size_t slash = rest.rfind('/');
  bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (!has_tag) return "latest";
  std::string tag(rest.substr(colon + 1));
  rest = rest.substr(0, colon);
  bool good =
      !tag.empty() && tag.size() <= 128 && AllOf(tag, "_.-") && tag[0] != '.' && tag[0] != '-';
  if (!good) Refuse(name, "the tag is malformed");
  return tag;
}

std::string_view WithoutPrefix(std::string_view text, const VmConfig& config) {
  for (const std::string& prefix : config.image_prefixes) {
    if (!prefix.empty() && text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return text;
}

std::vector<std::string> Components(std::string_view name, std::string_view rest) {
  std::vector<std::string> components;
  for (const std::string& part : Split(rest)) {
    if (part.empty()) Refuse(name, "it has an empty component");
    if (!components.empty() && part.find(':') != std::string_view::npos) {
      Refuse(name, "a \":\" in the path must be written __3a");
    }
    std::optional<std::string> plain = UnescapeComponent(part);
    if (!plain) Refuse(name, "\"__\" must be followed by two lower-case hexadecimal digits");
    if (!AllOf(*plain, kUrlSigns)) Refuse(name, "it stands for bytes that no URL holds");
    components.push_back(*std::move(plain));
  }
  return components;
}

// "//host/path" behind a scheme, taken apart.
struct Address {
  std::string authority;
  std::string path;
};

Address AddressOf(const std::vector<std::string>& parts) {
  Address address{.authority = parts.front()};
  for (size_t i = 1; i < parts.size(); ++i) address.path += "/" + parts[i];
  return address;
}

// Fills in url and shown_url.
void MakeUrl(std::string_view name, std::string_view scheme, const Address& address,
             ImageName& parsed) {
  const auto& [authority, path] = address;
  size_t at = authority.rfind('@');
  std::string host = at == std::string::npos ? authority : authority.substr(at + 1);
  if (!IsHostPort(host)) Refuse(name, "the host or its port is malformed");
  if (at != std::string::npos && !AllOf(authority.substr(0, at), "-._~!$&'()*+,;=%:")) {
    Refuse(name, "the user before the host is malformed");
  }
  if (path.empty() || path == "/" || path.starts_with("/?")) {
    Refuse(name, "it has no path after the host");
  }
  if (HasDotSegment(path)) Refuse(name, "its path holds \".\" or \"..\"");
  parsed.url = fmt::format("{}://{}{}", scheme, authority, path);
  size_t query = path.find('?');
  parsed.shown_url = fmt::format("{}://{}{}{}", scheme, host, path.substr(0, query),
                                 query == std::string::npos ? "" : "?...");
}

// The same for a file of this node.
void MakeFileUrl(std::string_view name, const std::string& path, ImageName& parsed) {
  if (path.size() < 2) Refuse(name, "it has no path");
  if (path.find_first_of("?%") != std::string::npos) {
    Refuse(name, "the path of a file holds \"?\" or \"%\"");
  }
  if (HasDotSegment(path)) Refuse(name, "its path holds \".\" or \"..\"");
  parsed.url = std::string(kFileUrl) + path;
  parsed.shown_url = parsed.url;
}

// The same for a registry: what `parsed` demands, else what the address says, else the tag.
void MakeOciUrl(std::string_view name, std::string_view scheme, const Address& address,
                const std::string& tag, ImageName& parsed) {
  if (address.authority.find('@') != std::string::npos) {
    Refuse(name, "the user of a registry comes from the pull secret");
  }
  MakeUrl(name, scheme, address, parsed);
  std::string& url = parsed.url;
  size_t version = url.find_first_of(":@", url.rfind('/'));
  if (!parsed.digest.empty()) {
    url = url.substr(0, version) + "@" + parsed.digest;
  } else if (version == std::string::npos) {
    url += ":" + tag;
  }
  ParseOciReference(url);
  parsed.shown_url = url;
}

void MakeAnyUrl(std::string_view name, const std::string& scheme, const Address& address,
                const std::string& tag, ImageName& parsed) {
  if (IsOciUrl(scheme + "://")) return MakeOciUrl(name, scheme, address, tag, parsed);
  MakeUrl(name, scheme, address, parsed);
}

// From a translation; the groups in it are the name's.
void ReadUrl(std::string_view name, const std::string& url, const std::string& tag,
             ImageName& parsed) {
  if (!AllOf(url, kUrlSigns)) Refuse(name, "it stands for bytes that no URL holds");
  if (url.starts_with(kFileUrl)) {
    return MakeFileUrl(name, url.substr(kFileUrl.size()), parsed);
  }
  size_t start = url.find("://");
  if (start == std::string::npos) Refuse(name, "it is translated to no URL");
  size_t path = std::min(url.find_first_of("/?", start + 3), url.size());
  Address address{url.substr(start + 3, path - start - 3), url.substr(path)};
  MakeAnyUrl(name, url.substr(0, start), address, tag, parsed);
}

// From the name itself.
void ReadName(std::string_view name, std::string_view rest, const std::string& tag,
              const VmConfig& config, ImageName& parsed) {
  std::vector<std::string> parts = Components(name, rest);
  std::string scheme = config.image_scheme;
  if (IsScheme(parts.front())) {
    scheme = parts.front();
    parts.erase(parts.begin());
    if (parts.empty()) Refuse(name, scheme == "file" ? "it has no path" : "it has no host");
  }
  Address address = AddressOf(parts);
  if (scheme == "file") return MakeFileUrl(name, "/" + address.authority + address.path, parsed);
  MakeAnyUrl(name, scheme, address, tag, parsed);
}

}  // namespace

bool IsDigest(std::string_view text) {
  constexpr std::string_view kStart = "sha256:";
  return text.size() == kStart.size() + 64 && text.starts_with(kStart) &&
         text.find_first_not_of("0123456789abcdef", kStart.size()) == std::string_view::npos;
}

ImageName ParseImageName(std::string_view name, const VmConfig& config,
                         const Translations& translations) {
  if (name.empty()) Refuse(name, "it is empty");
  if (name.size() > kLongestName) Refuse(name, "it is too long");
  if (!AllOf(name, kNameSigns)) Refuse(name, "it holds characters that no image name holds");
  ImageName parsed;
  std::string_view rest = name;
  TakeDigest(name, rest, parsed);
  std::string tag = TakeTag(name, rest);
  parsed.repository = rest;
  parsed.shown_name = ShownName(name);
  if (parsed.digest.empty()) parsed.tagged = fmt::format("{}:{}", rest, tag);
  std::string_view plain = WithoutPrefix(rest, config);
  if (std::optional<Translations::Match> match = translations.Find(plain, tag)) {
    parsed.translation = match->translation;
    ReadUrl(name, match->url, tag, parsed);
  } else {
    ReadName(name, plain, tag, config, parsed);
  }
  return parsed;
}

std::string EscapeImageName(std::string_view url) {
  std::string name;
  for (std::string_view scheme : {"http", "https"}) {
    std::string start = fmt::format("{}://", scheme);
    if (url.starts_with(start)) {
      name = fmt::format("{}/{}", scheme, EscapeUrlText(url.substr(start.size())));
    }
  }
  VmConfig no_prefixes;
  no_prefixes.image_prefixes.clear();
  if (name.empty() || ParseImageName(name, no_prefixes).url != url) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "make an image name of",
                url.substr(0, url.find(':')), "not an http or https URL of a file");
  }
  return name;
}

}  // namespace crimux::vm
