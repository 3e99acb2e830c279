#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/image/disk_image_store.h"
#include "vmruntime/image/download.h"
#include "vmruntime/image/local_file.h"
#include "vmruntime/image/prepare.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

int64_t Now() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void AddTo(ImageRecord& record, const ImageName& name, const std::string& source_digest) {
  record.repo_digests.insert(name.repository + "@" + source_digest);
  if (!name.tagged.empty()) record.tags.insert(name.tagged);
  record.pulled_at = Now();
}

// What is demanded of the fetched bytes: by the name, else by its translation.
std::string DemandedDigest(const ImageName& name) {
  return name.digest.empty() && name.translation ? name.translation->digest : name.digest;
}

void RequireDigest(const ImageName& name, const std::string& demanded, const std::string& digest) {
  if (demanded.empty() || demanded == digest) return;
  throw Error(StatusCode::FAILED_PRECONDITION, "pull image", name.shown_url,
              "its digest is " + digest + ", not " + demanded);
}

void Verify(const ImageName& name, const FetchedImage& fetched) {
  RequireDigest(name, name.digest, fetched.source_digest);
  if (name.translation) RequireDigest(name, name.translation->digest, fetched.source_digest);
}

// Pulls share a download when all of it is the same.
std::string KeyOf(const ImageName& name) {
  if (!name.translation) return name.url;
  const ImageTranslation& demands = *name.translation;
  return fmt::format("{}\n{}\n{}\n{}", name.url, demands.transport, demands.format,
                     demands.size.value_or(0));
}

ImageTransport TransportOf(const ImageName& name, const VmConfig& config) {
  ImageTransport transport;
  if (name.translation && !name.translation->transport.empty()) {
    transport = config.image_transports.at(name.translation->transport);
  }
  if (transport.ca_file.empty()) transport.ca_file = config.image_ca_file;
  if (transport.insecure) {
    spdlog::warn("images: {}: its server is not verified: transport {} is insecure", name.shown_url,
                 name.translation->transport);
  }
  return transport;
}

}  // namespace

std::string DiskImageStore::Pull(const std::string& name, const CallContext& context) {
  ImageName image = ParseImageName(name, config_, translations_);
  ThrowIfOver(context, image.shown_url);
  if (std::string demanded = DemandedDigest(image); !demanded.empty()) {
    std::scoped_lock lock(mutex_);
    std::string digest = AddName(image, demanded, demanded);
    if (!digest.empty()) return digest;
  }
  SharedFetches::Request request{
      .key = KeyOf(image),
      .object = image.shown_url,
      .fetch = [this, image](std::stop_token stop) { return Fetch(image, std::move(stop)); },
      .keep = [this, image](const FetchedImage& fetched) { KeepForLater(image, fetched); }};
  SharedFetches::Image fetched = fetches_.Get(request, context);
  Keep(image, *fetched);
  return fetched->digest;
}

void DiskImageStore::KeepForLater(const ImageName& name, const FetchedImage& fetched) noexcept {
  try {
    Keep(name, fetched);
  } catch (const std::exception& e) {
    spdlog::warn("images: {}", e.what());
  }
}

SharedFetches::Image DiskImageStore::Fetch(const ImageName& name, std::stop_token stop) const {
  TemporaryFile file(folder_.TemporaryFile());
  spdlog::info("images: fetching {}", name.shown_url);
  DownloadResult result = GetBytes(name, file.path(), stop);
  std::string known = DigestMadeOf(result.digest);
  if (!known.empty()) {
    return std::make_shared<FetchedImage>(
        FetchedImage{.source_digest = result.digest, .digest = known});
  }
  Fetched fetched{std::move(file), result.digest, name.shown_url};
  if (name.translation) fetched.format = name.translation->format;
  return std::make_shared<FetchedImage>(Prepare(
      std::move(fetched), [this] { return folder_.TemporaryFile(); }, config_, std::move(stop)));
}

DownloadResult DiskImageStore::GetBytes(const ImageName& name, const std::filesystem::path& file,
                                        std::stop_token stop) const {
  std::optional<uint64_t> size;
  if (name.translation) size = name.translation->size;
  constexpr std::string_view kFileUrl = "file://";
  if (name.url.starts_with(kFileUrl)) {
    return CopyLocalFile(name.url.substr(kFileUrl.size()), config_.image_folders,
                         {.operation = "copy",
                          .shown = name.shown_url,
                          .file = file,
                          .size_limit = config_.image_size_limit,
                          .expected_size = size},
                         std::move(stop));
  }
  return Download({.url = name.url,
                   .shown_url = name.shown_url,
                   .file = file,
                   .size_limit = config_.image_size_limit,
                   .expected_size = size,
                   .transport = TransportOf(name, config_)},
                  std::move(stop));
}

std::string DiskImageStore::DigestMadeOf(const std::string& source_digest) const {
  std::scoped_lock lock(mutex_);
  auto at = LocateDigest(source_digest);
  return at == images_.end() ? "" : at->second.digest;
}

std::string DiskImageStore::AddName(const ImageName& name, const std::string& digest,
                                    const std::string& source_digest) {
  auto found = LocateDigest(digest);
  if (found == images_.end()) return "";
  auto at = images_.find(found->first);
  ImageRecord record = at->second;
  AddTo(record, name, source_digest);
  folder_.Save(record);
  at->second = std::move(record);
  TakeTagFromOthers(name.tagged, at->first);
  return at->second.digest;
}

void DiskImageStore::TakeTagFromOthers(const std::string& tag, const std::string& hex) {
  for (auto& [other, record] : images_) {
    if (other == hex || !record.tags.contains(tag)) continue;
    ImageRecord without = record;
    without.tags.erase(tag);
    folder_.Save(without);
    record = std::move(without);
  }
}

void DiskImageStore::Keep(const ImageName& name, const FetchedImage& fetched) {
  Verify(name, fetched);
  spdlog::info("images: pulled {}: {}", name.shown_url, fetched.digest);
  std::scoped_lock lock(mutex_);
  if (!AddName(name, fetched.digest, fetched.source_digest).empty()) return;
  if (!fetched.file) {
    throw Error(StatusCode::UNAVAILABLE, "pull image", name.shown_url,
                "it was removed meanwhile; try again");
  }
  ImageRecord record{.digest = fetched.digest,
                     .size = fetched.size,
                     .virtual_size = fetched.virtual_size,
                     .format = fetched.format};
  AddTo(record, name, fetched.source_digest);
  folder_.Add(record, fetched.file->path());
  std::string hex = record.Hex();
  images_.insert_or_assign(hex, std::move(record));
  FaultPoint("pull.kept");
  TakeTagFromOthers(name.tagged, hex);
}

}  // namespace crimux::vm
