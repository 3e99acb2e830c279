#include "tests/vmruntime/image/local_registry.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "base/file.h"
#include "base/process.h"
#include "tests/vmruntime/image/disks.h"
#include "vmruntime/fetch/sha256.h"
#include "vmruntime/oci/manifest.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

// Of "s3cret-Pass", by bcrypt.
constexpr std::string_view kUsers =
    "jo:$2b$04$WHLUF6c0.qyt8qbP22PHmuntV9PG5zzjPdPdZ3b1qLVjgf7q6sGzS\n";

std::string ConfigOf(const fs::path& folder) {
  return fmt::format(
      "version: 0.1\nlog: {{level: info}}\n"
      "storage: {{filesystem: {{rootdirectory: {0}/storage}}}}\n"
      "http: {{addr: 127.0.0.1:0, tls: {{certificate: {0}/cert.pem, key: {0}/key.pem}}}}\n"
      "auth: {{htpasswd: {{realm: test, path: {0}/users}}}}\n",
      folder.string());
}

// Writes a blob into an OCI layout; its digest.
std::string AddBlob(const fs::path& layout, const std::string& bytes) {
  Sha256 sum;
  sum.Add(bytes);
  std::string digest = sum.Digest();
  WriteFileAtomically(layout / "blobs/sha256" / digest.substr(7), bytes);
  return digest;
}

std::string Descriptor(const std::string& type, const std::string& digest, size_t size,
                       const std::string& more = "") {
  return fmt::format(R"({{"mediaType": "{}", "digest": "{}", "size": {}{}}})", type, digest, size,
                     more);
}

std::string IndexOf(const std::string& manifests) {
  return R"({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", )"
         R"("manifests": [)" +
         manifests + "]}";
}

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";

std::string AddManifest(const fs::path& layout, const PushedImage& image, const std::string& more) {
  std::string config = image.config_type.find("image.config") == std::string::npos
                           ? "{}"
                           : R"({"architecture": "amd64", "os": "linux",)"
                             R"( "rootfs": {"type": "layers", "diff_ids": []}})";
  std::string layers;
  for (const std::string& layer : image.layers) {
    layers += (layers.empty() ? "" : ", ") + Descriptor("application/vnd.oci.image.layer.v1.tar",
                                                        AddBlob(layout, layer), layer.size());
  }
  std::string manifest = fmt::format(
      R"({{"schemaVersion": 2, "mediaType": "{}", "config": {}, "layers": [{}]}})", kManifest,
      Descriptor(image.config_type, AddBlob(layout, config), config.size()), layers);
  return Descriptor(kManifest, AddBlob(layout, manifest), manifest.size(), more);
}

std::string AddIndex(const fs::path& layout, const PushedImage& image) {
  auto platform = [](const std::string& machine) {
    return R"(, "platform": {"os": "linux", "architecture": ")" + machine + "\"}";
  };
  std::string other = AddManifest(layout, {.layers = {"another machine's"}}, platform("s390x"));
  std::string index =
      IndexOf(other + ", " + AddManifest(layout, image, platform(HostArchitecture())));
  return Descriptor("application/vnd.oci.image.index.v1+json", AddBlob(layout, index),
                    index.size());
}

}  // namespace

LocalRegistry::LocalRegistry() : certificate_(folder_.path(), "IP:127.0.0.1") {
  const fs::path& folder = folder_.path();
  WriteFileAtomically(folder / "config.yml", ConfigOf(folder));
  WriteFileAtomically(folder / "users", kUsers);
  fs::create_directory(folder / "ca");
  fs::copy_file(certificate_.certificate, folder / "ca/ca.crt");
  process_ = std::jthread([folder](std::stop_token stop) {
    RunProcess(
        {.argv = {"sh", "-c", "exec docker-registry serve \"$0/config.yml\" >\"$0/log\" 2>&1",
                  folder.string()},
         .timeout = std::chrono::hours(1),
         .cancelled = std::move(stop)});
  });
  WaitForAddress();
}

void LocalRegistry::WaitForAddress() {
  constexpr std::string_view kSign = "listening on ";
  for (auto end = steady_clock::now() + std::chrono::seconds(60); steady_clock::now() < end;) {
    std::error_code missing;
    std::string log = fs::exists(folder_.path() / "log", missing) ? ReadFile(folder_.path() / "log")
                                                                  : std::string();
    size_t at = log.find(kSign);
    size_t stop = at == std::string::npos ? at : log.find(", tls", at);
    if (stop != std::string::npos) {
      address_ = log.substr(at + kSign.size(), stop - at - kSign.size());
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("docker-registry does not start");
}

int LocalRegistry::Blobs(const std::string& repository) const {
  std::string log = ReadFile(folder_.path() / "log");
  std::string request = "\"GET /v2/" + repository + "/blobs/";
  int count = 0;
  for (size_t at = log.find(request); at != std::string::npos; at = log.find(request, at + 1)) {
    ++count;
  }
  return count;
}

std::string LocalRegistry::Push(const PushedImage& image,
                                const std::string& repository_and_tag) const {
  TemporaryDir folder;
  const fs::path& layout = folder.path();
  fs::create_directories(layout / "blobs/sha256");
  std::string top = image.in_index ? AddIndex(layout, image) : AddManifest(layout, image, "");
  WriteFileAtomically(layout / "index.json", IndexOf(top));
  WriteFileAtomically(layout / "oci-layout", R"({"imageLayoutVersion": "1.0.0"})");
  Run({"skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--dest-creds", "jo:s3cret-Pass",
       "--dest-cert-dir", (folder_.path() / "ca").string(), "--digestfile",
       (layout / "digest").string(), "oci:" + layout.string(),
       "docker://" + address_ + "/" + repository_and_tag});
  return ReadFile(layout / "digest");
}

}  // namespace crimux::vm
