#include <spdlog/spdlog.h>

#include <chrono>

#include "base/error.h"
#include "vmruntime/image/disk_image_store.h"
#include "vmruntime/image/download.h"
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

void Verify(const ImageName& name, const FetchedImage& fetched) {
  if (name.digest.empty() || name.digest == fetched.source_digest) return;
  throw Error(StatusCode::FAILED_PRECONDITION, "pull image", name.shown_url,
              "its digest is " + fetched.source_digest + ", not " + name.digest);
}

}  // namespace

std::string DiskImageStore::Pull(const std::string& name, const CallContext& context) {
  ImageName image = ParseImageName(name, config_);
  ThrowIfOver(context, image.shown_url);
  if (!image.digest.empty()) {
    std::scoped_lock lock(mutex_);
    std::string digest = AddName(image, image.digest, image.digest);
    if (!digest.empty()) return digest;
  }
  auto fetch = [this, image](std::stop_token stop) { return Fetch(image, std::move(stop)); };
  SharedFetches::Image fetched = fetches_.Get(image.url, image.shown_url, fetch, context);
  Verify(image, *fetched);
  Keep(image, *fetched);
  spdlog::info("images: pulled {}: {}", image.shown_url, fetched->digest);
  return fetched->digest;
}

SharedFetches::Image DiskImageStore::Fetch(const ImageName& name, std::stop_token stop) const {
  TemporaryFile file(folder_.TemporaryFile());
  spdlog::info("images: fetching {}", name.shown_url);
  DownloadResult result = Download({.url = name.url,
                                    .shown_url = name.shown_url,
                                    .file = file.path(),
                                    .size_limit = config_.image_size_limit,
                                    .ca_file = config_.image_ca_file},
                                   stop);
  std::string known = DigestMadeOf(result.digest);
  if (!known.empty()) {
    return std::make_shared<FetchedImage>(
        FetchedImage{.source_digest = result.digest, .digest = known});
  }
  Fetched fetched{std::move(file), result.digest, name.shown_url};
  return std::make_shared<FetchedImage>(Prepare(
      std::move(fetched), [this] { return folder_.TemporaryFile(); }, config_, std::move(stop)));
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
  TakeTagFromOthers(name.tagged, hex);
}

}  // namespace crimux::vm
