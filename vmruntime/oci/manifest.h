#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crimux::vm {

// A blob of a registry.
struct OciLayer {
  std::string digest;  // "sha256:<64 hex>"
  uint64_t size = 0;   // bytes
};

// What a manifest says: either it has layers, or (an index, a manifest list) it leads to another
// manifest.
struct OciManifest {
  // A container image, whose layers are tars that lie on one another; else an artifact.
  bool is_image = false;
  // The lowest first.
  std::vector<OciLayer> layers;
  // Digest of the manifest for this machine's platform; empty: this is no index.
  std::string next;
};

// The media types that ParseManifest reads, for the header Accept.
std::string AcceptedManifests();

// Reads a manifest: OCI's or Docker's (version 2, schema 2). `architecture` is what indexes call
// this machine's ("amd64"). Throws Error (FAILED_PRECONDITION) that names `shown` for one that is
// not valid, has a digest other than sha256, absurdly many layers, or nothing for linux on this
// architecture.
OciManifest ParseManifest(std::string_view text, const std::string& architecture,
                          const std::string& shown);

// As Go and so the OCI name the machine that we run on.
std::string HostArchitecture();

}  // namespace crimux::vm
