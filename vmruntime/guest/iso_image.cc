#include "vmruntime/guest/iso_image.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#define LIBISOFS_WITHOUT_LIBBURN 1
#include <libisofs/libisofs.h>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr int kSector = 2048;

void Check(int result, std::string_view object) {
  if (result >= 0) return;
  throw Error(grpc::StatusCode::INTERNAL, "make seed image", object, iso_error_to_msg(result));
}

struct Deleter {
  void operator()(IsoImage* image) const { iso_image_unref(image); }
  void operator()(IsoWriteOpts* options) const { iso_write_opts_free(options); }
  // Ends the library's writing thread, too.
  void operator()(burn_source* source) const {
    if (source->read == nullptr && source->cancel != nullptr) source->cancel(source);
    source->free_data(source);
    std::free(source);
  }
};
template <typename Type>
using Handle = std::unique_ptr<Type, Deleter>;

// Neither takes the program's locale from the environment, nor prints.
void InitLibrary() {
  Check(iso_init_with_flag(1), "libisofs");
  char never[] = "NEVER";
  char name[] = "";
  iso_set_msgs_severities(never, never, name);
}

// The stream frees the copy.
IsoStream* NewStream(const SeedFile& file) {
  auto* bytes = static_cast<unsigned char*>(std::malloc(file.content.size() + 1));
  if (bytes == nullptr) throw SystemError(ENOMEM, "make seed image", file.path);
  std::memcpy(bytes, file.content.data(), file.content.size());
  IsoStream* stream = nullptr;
  int result = iso_memory_stream_new(bytes, file.content.size(), &stream);
  if (result < 0) std::free(bytes);
  Check(result, file.path);
  return stream;
}

// The folder `name` below `parent`, made if it isn't there.
IsoDir* Folder(IsoDir* parent, const std::string& name) {
  IsoNode* known = nullptr;
  if (iso_dir_get_node(parent, name.c_str(), &known) == 1) return reinterpret_cast<IsoDir*>(known);
  IsoDir* folder = nullptr;
  Check(iso_tree_add_new_dir(parent, name.c_str(), &folder), name);
  return folder;
}

void AddFile(IsoDir* folder, const SeedFile& file) {
  std::string_view rest = file.path;
  for (size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    folder = Folder(folder, std::string(rest.substr(0, slash)));
    rest.remove_prefix(slash + 1);
  }
  IsoStream* stream = NewStream(file);
  IsoFile* node = nullptr;
  int result = iso_tree_add_new_file(folder, std::string(rest).c_str(), stream, &node);
  if (result < 0) iso_stream_unref(stream);
  Check(result, file.path);
  iso_node_set_permissions(reinterpret_cast<IsoNode*>(node), 0444);
}

Handle<IsoImage> NewImage(const std::string& label, const std::vector<SeedFile>& files) {
  IsoImage* made = nullptr;
  Check(iso_image_new(label.c_str(), &made), label);
  Handle<IsoImage> image(made);
  iso_image_set_volume_id(image.get(), label.c_str());
  for (const SeedFile& file : files) AddFile(iso_image_get_root(image.get()), file);
  return image;
}

Handle<burn_source> Generate(IsoImage* image, const std::string& label) {
  IsoWriteOpts* made = nullptr;
  Check(iso_write_opts_new(&made, 0), label);
  Handle<IsoWriteOpts> options(made);
  iso_write_opts_set_iso_level(options.get(), 3);
  iso_write_opts_set_rockridge(options.get(), 1);
  iso_write_opts_set_joliet(options.get(), 1);
  // The labels are in small letters.
  iso_write_opts_set_relaxed_vol_atts(options.get(), 1);
  burn_source* source = nullptr;
  Check(iso_image_create_burn_source(image, options.get(), &source), label);
  return Handle<burn_source>(source);
}

std::string ReadAll(burn_source* source, const std::string& label) {
  std::string bytes;
  unsigned char sector[kSector];
  for (;;) {
    int count = source->read != nullptr ? source->read(source, sector, kSector)
                                        : source->read_xt(source, sector, kSector);
    if (count == 0) return bytes;
    if (count < 0) {
      throw Error(grpc::StatusCode::INTERNAL, "make seed image", label, "libisofs broke off");
    }
    bytes.append(reinterpret_cast<char*>(sector), static_cast<size_t>(count));
  }
}

}  // namespace

std::string MakeIso(std::string_view label, const std::vector<SeedFile>& files) {
  // The library doesn't say that images may be made by several threads at once. It takes some
  // milliseconds.
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  static const bool initialized = (InitLibrary(), true);
  (void)initialized;
  std::string name(label);
  Handle<IsoImage> image = NewImage(name, files);
  return ReadAll(Generate(image.get(), name).get(), name);
}

}  // namespace crimux::vm
