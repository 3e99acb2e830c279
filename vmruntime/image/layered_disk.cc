#include "vmruntime/image/layered_disk.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/image/compression.h"
#include "vmruntime/image/disk_bytes.h"

namespace crimux::vm {

Error LayeredDisk::Refusal(std::string_view why) const {
  return {grpc::StatusCode::FAILED_PRECONDITION, "look for the disk in", shown_, why};
}

TemporaryFile LayeredDisk::Get(const OciManifest& manifest) {
  LayerKind kind = manifest.is_image ? LayerKind::kImage : LayerKind::kArtifact;
  bool single = manifest.layers.size() == 1;
  if (kind == LayerKind::kArtifact && !single) {
    throw Refusal(fmt::format("the artifact has {} layers, not one", manifest.layers.size()));
  }
  for (auto layer = manifest.layers.rbegin(); layer != manifest.layers.rend(); ++layer) {
    TemporaryFile file = FetchLayer(*layer);
    if (!IsTar(file.path())) {
      if (single) return file;
      throw Refusal("the layer " + layer->digest + " is no tar");
    }
    PadTar(file.path());
    LayerFile tar{.file = file.path(), .kind = kind, .shown = shown_, .progress = &progress_};
    LayerContent content = ListLayer(tar, stop_);
    std::string disk = OnlyDisk(content);
    if (!disk.empty()) {
      TemporaryFile extracted(new_name_());
      ExtractFromLayer(tar, disk, extracted.path(), config_.image_size_limit, stop_);
      FaultPoint("pull.extracted");
      return extracted;
    }
    if (content.hides_lower) break;
    removed_.merge(content.removed);
  }
  throw Refusal(kind == LayerKind::kImage ? "it has no file in /disk" : "the tar holds no file");
}

TemporaryFile LayeredDisk::FetchLayer(const OciLayer& layer) {
  TemporaryFile blob(new_name_());
  progress_.Begin(FetchPhase::kFetching);
  registry_.GetBlob(layer, blob.path(), config_.image_size_limit, progress_);
  return Unpacked(std::move(blob));
}

TemporaryFile LayeredDisk::Unpacked(TemporaryFile packed) {
  std::optional<Compression> compression = CompressionOf(OpenDiskBytes(packed.path()).read(0, 16));
  if (!compression) return packed;
  spdlog::info("images: unpacking a layer of {} ({})", shown_, compression->name);
  TemporaryFile plain(new_name_());
  Unpack(*compression, {packed.path(), plain.path(), shown_, &progress_}, config_, stop_);
  FaultPoint("pull.layer-unpacked");
  return plain;
}

std::string LayeredDisk::OnlyDisk(const LayerContent& content) const {
  std::vector<std::string> disks;
  for (const std::string& disk : content.disks) {
    if (!removed_.contains(BaseName(disk))) disks.push_back(disk);
  }
  if (disks.size() > 1) {
    std::string names = absl::CHexEscape(absl::StrJoin(disks, ", ")).substr(0, 500);
    throw Refusal(fmt::format("it has {} files that may be the disk: {}", disks.size(), names));
  }
  return disks.empty() ? "" : disks.front();
}

}  // namespace crimux::vm
