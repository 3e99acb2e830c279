#include <spdlog/spdlog.h>

#include <chrono>

#include "base/error.h"
#include "vmruntime/image/disk_check.h"
#include "vmruntime/image/disk_image_store.h"
#include "vmruntime/image/download.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

int64_t Now() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void AddTo(ImageRecord& record, const ImageName& name) {
  record.names.insert(name.repository);
  if (!name.tagged.empty()) record.tags.insert(name.tagged);
  record.pulled_at = Now();
}

}  // namespace

std::string DiskImageStore::Pull(const std::string& name, const CallContext& context) {
  ImageName image = ParseImageName(name, config_);
  ThrowIfOver(context, image.shown_url);
  if (!image.digest.empty()) {
    std::scoped_lock lock(mutex_);
    if (AddName(image, image.digest)) return image.digest;
  }
  auto fetch = [this, image](std::stop_token stop) { return Fetch(image, std::move(stop)); };
  SharedFetches::Image fetched = fetches_.Get(image.url, image.shown_url, fetch, context);
  if (!image.digest.empty() && image.digest != fetched->digest) {
    throw Error(StatusCode::FAILED_PRECONDITION, "pull image", image.shown_url,
                "its digest is " + fetched->digest + ", not " + image.digest);
  }
  Keep(image, *fetched);
  spdlog::info("images: pulled {}: {}, {} bytes", image.shown_url, fetched->digest, fetched->size);
  return fetched->digest;
}

SharedFetches::Image DiskImageStore::Fetch(const ImageName& name, std::stop_token stop) const {
  auto fetched = std::make_shared<FetchedImage>(folder_.TemporaryFile());
  spdlog::info("images: fetching {}", name.shown_url);
  DownloadResult result = Download({.url = name.url,
                                    .shown_url = name.shown_url,
                                    .file = fetched->file,
                                    .size_limit = config_.image_size_limit,
                                    .ca_file = config_.image_ca_file},
                                   stop);
  CheckedDisk disk = CheckDisk(fetched->file, name.shown_url, config_, stop);
  fetched->digest = result.digest;
  fetched->size = result.size;
  fetched->virtual_size = disk.virtual_size;
  fetched->format = disk.format;
  return fetched;
}

bool DiskImageStore::AddName(const ImageName& name, const std::string& digest) {
  auto at = images_.find(digest.substr(digest.find(':') + 1));
  if (at == images_.end()) return false;
  ImageRecord record = at->second;
  AddTo(record, name);
  folder_.Save(record);
  at->second = std::move(record);
  TakeTagFromOthers(name.tagged, at->first);
  return true;
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
  if (AddName(name, fetched.digest)) return;
  ImageRecord record{.digest = fetched.digest,
                     .size = fetched.size,
                     .virtual_size = fetched.virtual_size,
                     .format = fetched.format};
  AddTo(record, name);
  folder_.Add(record, fetched.file);
  std::string hex = record.Hex();
  images_.insert_or_assign(hex, std::move(record));
  TakeTagFromOthers(name.tagged, hex);
}

}  // namespace crimux::vm
