#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "vmruntime/image/translations.h"

namespace crimux::vm {

// What the URL of an image in a folder of this node begins with.
inline constexpr std::string_view kFileUrl = "file://";

// An image name of the kubelet, taken apart.
//
//   [prefix] [http/ | https/] host[:port] / path [:tag] [@sha256:<64 hex>]
//   [prefix] file / path [:tag] [@sha256:<64 hex>]
//   [prefix] [oci/ | oci-http/] host[:port] / repository [:tag] [@sha256:<64 hex>]
//
// A prefix of VmConfig::image_prefixes is taken off, the tag names a version for the store but is
// not part of the URL, and the rest is the URL without "://". Without http/ or https/ in front,
// VmConfig::image_scheme is the scheme. For a registry (oci/, by plain HTTP oci-http/) tag and
// digest are part of the URL: "oci://host/repository:tag". A name that a translation matches has
// that one's URL.
//
// Image references allow less than URLs do: path components of [a-z0-9]+, joined by one of
// ".", "_", "__" or dashes. So any other byte of the URL is written "__" and two lower-case
// hexadecimal digits: ":" is "__3a", "G" is "__47", "?" is "__3f". "__" always begins an escape. A
// component that begins with an escape gets a "0" in front, which is dropped again:
// "Guest" is "0__47uest". What would be misread is escaped too: a "0" before an escape at the start
// of a component ("0A" is "0__30__41"), "_", "." and "-" that are not between two of [a-z0-9]
// ("a__b" is "a__5f_b"), and a "/" beside another ("a//b" is "a/0__2fb").
struct ImageName {
  std::string url;
  // The URL as errors and logs may show it: no user, no password, no query.
  std::string shown_url;
  // The name as logs and status pages may show it, likewise.
  std::string shown_name;
  // The name without tag and digest, with its prefix, as it was given.
  std::string repository;
  // The name with its tag (":latest" by default), the store's key; empty when a digest was given.
  std::string tagged;
  // "sha256:<64 hex>" when the name demands it, else empty.
  std::string digest;
  // Where the URL comes from, and what else it demands; none: the name.
  const ImageTranslation* translation = nullptr;
};

// Throws Error (INVALID_ARGUMENT) that gives the name and what is wrong with it: a bad escape, tag,
// digest, host or port, a missing or empty component, "." or ".." in the path, a fragment, and
// bytes that no URL holds (spaces, control characters, quotes, non-ASCII).
// `translations` must outlive the result.
ImageName ParseImageName(std::string_view name, const VmConfig& config,
                         const Translations& translations = {});

// The image name (without prefix) for an http or https URL. ParseImageName gives the URL back.
// Throws Error (INVALID_ARGUMENT) for a URL that no image name stands for.
std::string EscapeImageName(std::string_view url);

// "sha256:" and 64 lower-case hexadecimal digits.
bool IsDigest(std::string_view text);

}  // namespace crimux::vm
