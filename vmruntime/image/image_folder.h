#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "vmruntime/image/image_record.h"
#include "vmruntime/image/image_store.h"

namespace crimux::vm {

// The store's files:
//   <hex>.img   an image, complete and checked; read-only; readable by all, for QEMU
//   <hex>.json  its record; an image is in the store if and only if this is there
//   tmp/        what is being fetched
// Not synchronised.
class ImageFolder {
 public:
  // Creates what is not there and removes what a crash has left: all of tmp/, images without record
  // and records without image. Throws Error.
  explicit ImageFolder(std::filesystem::path root);

  std::filesystem::path ImageFile(const std::string& hex) const;
  // A new name in tmp/; no file is there.
  std::filesystem::path TemporaryFile() const;

  // All images, by hex. One whose record cannot be read is kept, since a VM may need it, but
  // without names. Of images with the same tag the one pulled last has it.
  std::map<std::string, ImageRecord> Load() const;

  // Makes `temporary` (complete, synced) the image of the record; both names stay. On an Error
  // nothing of it is left.
  void Add(const ImageRecord& record, const std::filesystem::path& temporary) const;
  // Replaces the record of an image.
  void Save(const ImageRecord& record) const;
  void Remove(const std::string& hex) const;

  StoreUsage Usage() const;

 private:
  std::filesystem::path RecordFile(const std::string& hex) const;
  void Tidy() const;
  ImageRecord LoadOne(const std::string& hex) const;

  const std::filesystem::path root_;
};

}  // namespace crimux::vm
