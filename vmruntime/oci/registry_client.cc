#include "vmruntime/oci/registry_client.h"

#include "base/error.h"
#include "vmruntime/fetch/download_error.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

std::string DigestOf(std::string_view bytes) {
  Sha256 sum;
  sum.Add(bytes);
  return sum.Digest();
}

bool IsDigest(std::string_view version) { return version.starts_with("sha256:"); }

}  // namespace

RegistryClient::RegistryClient(OciReference reference, Credentials credentials,
                               ImageTransport transport, std::string shown, std::stop_token stop)
    : reference_(std::move(reference)),
      credentials_(std::move(credentials)),
      transport_(std::move(transport)),
      shown_(std::move(shown)),
      stop_(std::move(stop)) {}

void RegistryClient::RequireDigest(const std::string& what, const std::string& digest,
                                   const std::string& demanded) const {
  if (digest == demanded) return;
  throw Error(StatusCode::FAILED_PRECONDITION, "pull image", shown_,
              "the digest of its " + what + " is " + digest + ", not " + demanded);
}

RegistryClient::Manifest RegistryClient::GetManifest() {
  std::string text = ManifestText(reference_.version);
  Manifest manifest{.content = ParseManifest(text, HostArchitecture(), shown_),
                    .digest = DigestOf(text)};
  if (IsDigest(reference_.version)) RequireDigest("manifest", manifest.digest, reference_.version);
  const std::string next = manifest.content.next;
  if (next.empty()) return manifest;
  text = ManifestText(next);
  RequireDigest("manifest", DigestOf(text), next);
  manifest.content = ParseManifest(text, HostArchitecture(), shown_);
  if (!manifest.content.next.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, "read manifest", shown_,
                "it is an index of indexes");
  }
  return manifest;
}

std::string RegistryClient::ManifestText(const std::string& version) {
  SmallAnswer answer = AskAuthorized({.url = reference_.Url("manifests", version),
                                      .shown_url = reference_.Url("manifests", version),
                                      .headers = {"Accept: " + AcceptedManifests()}});
  if (answer.status != 200) throw HttpError(answer.status, shown_);
  return answer.body;
}

SmallAnswer RegistryClient::AskAuthorized(SmallRequest request) {
  request.transport = transport_;
  request.auth = Auth();
  SmallAnswer answer = Ask(request, stop_);
  if (answer.status != 401 || challenge_ || !LearnAuth(answer)) return answer;
  request.auth = Auth();
  return Ask(request, stop_);
}

bool RegistryClient::LearnAuth(const SmallAnswer& answer) {
  std::optional<Challenge> basic;
  for (const std::string& header : answer.challenges) {
    for (const Challenge& challenge : ParseChallenges(header)) {
      if (challenge.scheme == "bearer") {
        challenge_ = challenge;
        return credentials_.registry_token.empty();
      }
      if (challenge.scheme == "basic") basic = challenge;
    }
  }
  challenge_ = basic;
  return basic && (!credentials_.username.empty() || !credentials_.password.empty());
}

HttpAuth RegistryClient::Auth() {
  if (!credentials_.registry_token.empty()) return {.bearer = credentials_.registry_token};
  if (!challenge_) return {};
  if (challenge_->scheme == "basic") {
    return {.username = credentials_.username, .password = credentials_.password};
  }
  if (!token_ || std::chrono::steady_clock::now() >= token_->end) {
    token_ = BuyToken(*challenge_, credentials_, transport_,
                      {.registry = reference_.registry,
                       .scope = "repository:" + reference_.repository + ":pull",
                       .shown = shown_},
                      stop_);
  }
  return {.bearer = token_->text};
}

void RegistryClient::GetBlob(const OciLayer& layer, const std::filesystem::path& file,
                             uint64_t size_limit, Progress& progress) {
  DownloadResult result = Download({.url = reference_.Url("blobs", layer.digest),
                                    .shown_url = shown_,
                                    .file = file,
                                    .size_limit = size_limit,
                                    .expected_size = layer.size,
                                    .transport = transport_,
                                    .auth = [this] { return Auth(); }},
                                   progress, stop_);
  RequireDigest("layer", result.digest, layer.digest);
}

}  // namespace crimux::vm
