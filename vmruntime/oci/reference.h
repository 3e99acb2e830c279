#pragma once

#include <string>
#include <string_view>

namespace crimux::vm {

// Where a manifest is, from "oci://host[:port]/repository[:tag][@sha256:<64 hex>]"; with
// "oci-http://" the registry speaks plain HTTP.
struct OciReference {
  // "https://registry.example.com:5000", without a path.
  std::string registry;
  std::string repository;
  // A digest or a tag: what the registry is asked for.
  std::string version;

  // "<registry>/v2/<repository>/<kind>/<version>"
  std::string Url(std::string_view kind, std::string_view of) const;
};

// Whether a URL is for ParseOciReference.
bool IsOciUrl(std::string_view url);

// docker.io's registry is found under its own name, and its one-word repositories below library/.
// Throws Error (INVALID_ARGUMENT): no repository, or one that no registry has, a malformed tag or
// digest. The host is not looked at.
OciReference ParseOciReference(std::string_view url);

}  // namespace crimux::vm
