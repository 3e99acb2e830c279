#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "config/image_sources.h"
#include "vmruntime/fetch/credentials.h"
#include "vmruntime/fetch/download.h"
#include "vmruntime/fetch/small_request.h"
#include "vmruntime/oci/challenge.h"
#include "vmruntime/oci/manifest.h"
#include "vmruntime/oci/reference.h"
#include "vmruntime/oci/token_server.h"

namespace crimux::vm {

// Reads one repository of a registry, over the OCI Distribution Specification's API. It shows
// credentials only when the registry asks for them, and then as it asks: by Basic, or to the token
// server that it names. One thread.
class RegistryClient {
 public:
  struct Manifest {
    OciManifest content;
    // Of the manifest that was asked for, also where that was an index.
    std::string digest;
  };

  // `shown` names the image in errors.
  RegistryClient(OciReference reference, Credentials credentials, ImageTransport transport,
                 std::string shown, std::stop_token stop);

  // That of the reference's tag or digest, for this machine's platform; an index is followed.
  // Digests are verified. Throws Error: NOT_FOUND, PERMISSION_DENIED, what ParseManifest throws,
  // and what Ask throws.
  Manifest GetManifest();

  // Into a new file, whose digest is verified. Throws what Download throws, FAILED_PRECONDITION for
  // other bytes.
  void GetBlob(const OciLayer& layer, const std::filesystem::path& file, uint64_t size_limit,
               Progress& progress);

 private:
  std::string ManifestText(const std::string& version);
  SmallAnswer AskAuthorized(SmallRequest request);
  // Learns from a 401 how to be shown who asks. False: there is no way.
  bool LearnAuth(const SmallAnswer& answer);
  // Good for a request that starts now.
  HttpAuth Auth();
  void RequireDigest(const std::string& what, const std::string& digest,
                     const std::string& demanded) const;

  const OciReference reference_;
  const Credentials credentials_;
  const ImageTransport transport_;
  const std::string shown_;
  const std::stop_token stop_;
  // That of the last 401 that was answered; none: nothing was asked for.
  std::optional<Challenge> challenge_;
  std::optional<BearerToken> token_;
};

}  // namespace crimux::vm
