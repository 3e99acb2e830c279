#include "vmruntime/image/disk_image_store.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/error.h"

namespace crimux::vm {
namespace {

std::string HexOfDigest(std::string_view digest) {
  return std::string(digest.substr(digest.find(':') + 1));
}

// The digest that a name for an image demands, if any: "…@sha256:…", "sha256:…" or its hex alone.
std::string DigestIn(const std::string& name) {
  std::string text = name.substr(name.find('@') == std::string::npos ? 0 : name.find('@') + 1);
  if (IsDigest(text)) return text;
  return IsDigest("sha256:" + name) ? "sha256:" + name : "";
}

std::string WithTag(const std::string& name) {
  size_t slash = name.rfind('/');
  bool tagged = name.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
  return tagged ? name : name + ":latest";
}

}  // namespace

DiskImageStore::DiskImageStore(const VmConfig& config)
    : config_(config),
      translations_(config_.image_translations),
      folder_(config.state_dir / "images"),
      images_(folder_.Load()),
      fetches_(config_.image_pull_grace) {}

std::optional<StoredImage> DiskImageStore::Find(const std::string& name) const {
  std::scoped_lock lock(mutex_);
  auto at = Locate(name);
  if (at == images_.end()) return std::nullopt;
  return ToStored(at->second);
}

std::vector<StoredImage> DiskImageStore::List() const {
  std::scoped_lock lock(mutex_);
  std::vector<StoredImage> stored;
  for (const auto& [hex, record] : images_) stored.push_back(ToStored(record));
  return stored;
}

void DiskImageStore::Remove(const std::string& name,
                            const std::function<bool(const std::string& digest)>& is_used) {
  std::scoped_lock lock(mutex_);
  auto at = Locate(name);
  if (at == images_.end()) return;
  const std::string digest = at->second.digest;
  if (is_used && is_used(digest)) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "remove image", digest,
                "a container uses it");
  }
  folder_.Remove(at->first);
  images_.erase(at);
  spdlog::info("images: removed {}", digest);
}

StoreUsage DiskImageStore::Usage() const { return folder_.Usage(); }

DiskImageStore::Images::const_iterator DiskImageStore::Locate(const std::string& name) const {
  std::string digest = DigestIn(name);
  if (!digest.empty()) return LocateDigest(digest);
  std::string tagged = WithTag(name);
  return std::find_if(images_.begin(), images_.end(),
                      [&](const auto& entry) { return entry.second.tags.contains(tagged); });
}

DiskImageStore::Images::const_iterator DiskImageStore::LocateDigest(
    const std::string& digest) const {
  auto at = images_.find(HexOfDigest(digest));
  if (at != images_.end()) return at;
  return std::find_if(images_.begin(), images_.end(),
                      [&](const auto& entry) { return entry.second.IsMadeOf(digest); });
}

StoredImage DiskImageStore::ToStored(const ImageRecord& record) const {
  return {.digest = record.digest,
          .tags = {record.tags.begin(), record.tags.end()},
          .digests = {record.repo_digests.begin(), record.repo_digests.end()},
          .size = record.size,
          .virtual_size = record.virtual_size,
          .format = record.format,
          .file = folder_.ImageFile(record.Hex())};
}

}  // namespace crimux::vm
