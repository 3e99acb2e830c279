#include <absl/strings/escaping.h>
#include <sys/stat.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/cri/rpcs.h"
#include "vmruntime/disk/pod_disks.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

void FillImage(const StoredImage& image, cri::Image& to) {
  to.set_id(image.digest);
  to.set_size(image.size);
  for (const std::string& tag : image.tags) to.add_repo_tags(tag);
  for (const std::string& digest : image.digests) to.add_repo_digests(digest);
  to.mutable_spec()->set_image(image.digest);
}

void ListImages(const Rooms& rooms, const cri::ListImagesRequest& request,
                cri::ListImagesResponse& response) {
  const std::string& wanted = request.filter().image().image();
  if (!wanted.empty()) {
    if (auto image = rooms.images.Find(wanted)) FillImage(*image, *response.add_images());
    return;
  }
  for (const StoredImage& image : rooms.images.List()) FillImage(image, *response.add_images());
}

void ImageStatus(const Rooms& rooms, const cri::ImageStatusRequest& request,
                 cri::ImageStatusResponse& response) {
  auto image = rooms.images.Find(request.image().image());
  if (!image) return;
  FillImage(*image, *response.mutable_image());
  if (!request.verbose()) return;
  (*response.mutable_info())["info"] =
      boost::json::serialize(boost::json::object{{"file", image->file.string()},
                                                 {"format", image->format},
                                                 {"virtualSize", image->virtual_size}});
}

// "auth" is the base64 of "name:password", as Docker's config files have it.
Credentials CredentialsFrom(const cri::AuthConfig& auth) {
  Credentials credentials{.username = auth.username(),
                          .password = auth.password(),
                          .identity_token = auth.identity_token(),
                          .registry_token = auth.registry_token(),
                          .server = auth.server_address()};
  if (auth.auth().empty() || !credentials.empty()) return credentials;
  std::string plain;
  bool good = absl::Base64Unescape(auth.auth(), &plain);
  size_t colon = plain.find(':');
  if (!good || colon == std::string::npos) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "pull image", "AuthConfig.auth",
                "it is not the base64 of \"name:password\"");
  }
  credentials.username = plain.substr(0, colon);
  credentials.password = plain.substr(colon + 1);
  // Some tools pad it.
  while (credentials.password.ends_with('\0')) credentials.password.pop_back();
  return credentials;
}

void RemoveImage(const Rooms& rooms, const cri::RemoveImageRequest& request) {
  rooms.images.Remove(request.image().image(), [&](const std::string& digest) {
    return rooms.registry.UsesImage(digest) || PodDisks(rooms.layout.Disks()).UsesImage(digest);
  });
}

void FillUsage(const StoreUsage& usage, cri::FilesystemUsage& to) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  to.set_timestamp(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  to.mutable_fs_id()->set_mountpoint(usage.mountpoint.string());
  to.mutable_used_bytes()->set_value(usage.bytes);
  to.mutable_inodes_used()->set_value(usage.inodes);
}

// A file that goes away meanwhile counts as nothing.
void AddUsage(const std::filesystem::path& directory, StoreUsage& usage) {
  std::error_code ignored;
  std::filesystem::recursive_directory_iterator entries(directory, ignored);
  for (auto entry = begin(entries); entry != end(entries); entry.increment(ignored)) {
    struct stat info {};
    if (::lstat(entry->path().c_str(), &info) != 0) continue;
    usage.bytes += static_cast<uint64_t>(info.st_blocks) * 512;
    ++usage.inodes;
  }
}

// What the disks and consoles of containers take, and the disks that pods keep.
StoreUsage ContainersUsage(const Layout& layout) {
  StoreUsage usage{.mountpoint = layout.Containers()};
  AddUsage(layout.Containers(), usage);
  AddUsage(layout.Disks(), usage);
  return usage;
}

void ImageFsInfo(const Rooms& rooms, cri::ImageFsInfoResponse& response) {
  FillUsage(rooms.images.Usage(), *response.add_image_filesystems());
  FillUsage(ContainersUsage(rooms.layout), *response.add_container_filesystems());
}

}  // namespace

void AddImageRpcs(Dispatcher& dispatcher, const Rooms& rooms) {
  dispatcher.Add<cri::ListImagesRequest, cri::ListImagesResponse>(
      "ListImages", [rooms](const auto& request, auto& response, const auto&) {
        ListImages(rooms, request, response);
      });
  dispatcher.Add<cri::ImageStatusRequest, cri::ImageStatusResponse>(
      "ImageStatus", [rooms](const auto& request, auto& response, const auto&) {
        ImageStatus(rooms, request, response);
      });
  dispatcher.Add<cri::PullImageRequest, cri::PullImageResponse>(
      "PullImage", [rooms](const auto& request, auto& response, const auto& context) {
        response.set_image_ref(
            rooms.images.Pull(request.image().image(), context, CredentialsFrom(request.auth())));
      });
  dispatcher.Add<cri::RemoveImageRequest, cri::RemoveImageResponse>(
      "RemoveImage",
      [rooms](const auto& request, auto&, const auto&) { RemoveImage(rooms, request); });
  dispatcher.Add<cri::ImageFsInfoRequest, cri::ImageFsInfoResponse>(
      "ImageFsInfo",
      [rooms](const auto&, auto& response, const auto&) { ImageFsInfo(rooms, response); });
}

}  // namespace crimux::vm
