#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/fetch/sha256.h"
#include "vmruntime/image/credentials_for.h"
#include "vmruntime/image/disk_image_store.h"
#include "vmruntime/image/prepare.h"
#include "vmruntime/image/source.h"

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

// Pulls share a download when all of it is the same, and who asks for it.
std::string KeyOf(const ImageName& name, const Credentials& who) {
  Sha256 sum;
  for (const std::string* part :
       {&who.username, &who.password, &who.identity_token, &who.registry_token}) {
    sum.Add(fmt::format("{} {}\n", part->size(), *part));
  }
  std::string key = name.url + "\n" + sum.Digest();
  if (!name.translation) return key;
  const ImageTranslation& demands = *name.translation;
  return fmt::format("{}\n{}\n{}\n{}", key, demands.transport, demands.format,
                     demands.size.value_or(0));
}

}  // namespace

std::string DiskImageStore::Pull(const std::string& name, const CallContext& context,
                                 const Credentials& credentials) {
  ImageName image = ParseImageName(name, config_, translations_);
  ThrowIfOver(context, image.shown_url);
  if (std::string demanded = DemandedDigest(image); !demanded.empty()) {
    std::scoped_lock lock(mutex_);
    std::string digest = AddName(image, demanded, demanded);
    if (!digest.empty()) return digest;
  }
  Credentials who = CredentialsFor(image, credentials);
  SharedFetches::Request request{
      .key = KeyOf(image, who),
      .object = image.shown_url,
      .fetch = [this, image,
                who](std::stop_token stop) { return Fetch(image, who, std::move(stop)); },
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

SharedFetches::Image DiskImageStore::Fetch(const ImageName& name, const Credentials& credentials,
                                           std::stop_token stop) {
  Pulls::Entry pull(pulls_, name.shown_name, name.shown_url);
  spdlog::info("images: fetching {}", name.shown_url);
  auto new_name = [this] { return folder_.TemporaryFile(); };
  auto source = MakeSource(name, credentials, {config_, new_name, pull.progress(), stop});
  std::string digest = source->Resolve();
  std::string known = DigestMadeOf(digest);
  if (!known.empty()) {
    return std::make_shared<FetchedImage>(FetchedImage{.source_digest = digest, .digest = known});
  }
  return std::make_shared<FetchedImage>(
      Prepare(source->Take(), new_name, config_, pull.progress(), std::move(stop)));
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
