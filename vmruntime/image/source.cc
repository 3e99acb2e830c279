#include "vmruntime/image/source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "vmruntime/fetch/download.h"
#include "vmruntime/image/layered_disk.h"
#include "vmruntime/image/local_file.h"

namespace crimux::vm {
namespace {

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

std::optional<uint64_t> DemandedSize(const ImageName& name) {
  return name.translation ? name.translation->size : std::nullopt;
}

std::string DemandedFormat(const ImageName& name) {
  return name.translation ? name.translation->format : "";
}

// One file, over HTTP or of this node.
class FileSource : public ImageSource {
 public:
  FileSource(const ImageName& name, const Credentials& credentials, const SourceContext& context)
      : name_(name), credentials_(credentials), context_(context), file_(context.new_name()) {}

  std::string Resolve() override {
    digest_ = name_.url.starts_with(kFileUrl) ? Copy().digest : Fetch().digest;
    return digest_;
  }

  Fetched Take() override {
    return {.file = std::move(file_),
            .digest = digest_,
            .shown = name_.shown_url,
            .format = DemandedFormat(name_)};
  }

 private:
  DownloadResult Copy() const {
    return CopyLocalFile(name_.url.substr(kFileUrl.size()), context_.config.image_folders,
                         {.operation = "copy",
                          .shown = name_.shown_url,
                          .file = file_.path(),
                          .size_limit = context_.config.image_size_limit,
                          .expected_size = DemandedSize(name_)},
                         context_.progress, context_.stop);
  }

  DownloadResult Fetch() const {
    HttpAuth auth{.username = credentials_.username,
                  .password = credentials_.password,
                  .bearer = credentials_.registry_token};
    return Download({.url = name_.url,
                     .shown_url = name_.shown_url,
                     .file = file_.path(),
                     .size_limit = context_.config.image_size_limit,
                     .expected_size = DemandedSize(name_),
                     .transport = TransportOf(name_, context_.config),
                     .auth = [auth] { return auth; }},
                    context_.progress, context_.stop);
  }

  const ImageName& name_;
  const Credentials& credentials_;
  const SourceContext context_;
  TemporaryFile file_;
  std::string digest_;
};

// A disk in an image or artifact of a registry.
class RegistrySource : public ImageSource {
 public:
  RegistrySource(const ImageName& name, const Credentials& credentials,
                 const SourceContext& context)
      : name_(name),
        context_(context),
        registry_(ParseOciReference(name.url), credentials, TransportOf(name, context.config),
                  name.shown_url, context.stop) {}

  std::string Resolve() override {
    manifest_ = registry_.GetManifest();
    return manifest_.digest;
  }

  Fetched Take() override {
    LayeredDisk disk(registry_, context_.new_name, context_.config, name_.shown_url,
                     context_.progress, context_.stop);
    Fetched fetched{.file = disk.Get(manifest_.content),
                    .digest = manifest_.digest,
                    .shown = name_.shown_url,
                    .is_source = false,
                    .format = DemandedFormat(name_)};
    RequireSize(fetched);
    return fetched;
  }

 private:
  void RequireSize(const Fetched& fetched) const {
    uint64_t size = std::filesystem::file_size(fetched.file.path());
    uint64_t demanded = DemandedSize(name_).value_or(size);
    if (size == demanded) return;
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "pull image", name_.shown_url,
                fmt::format("its disk has {} bytes, not {}", size, demanded));
  }

  const ImageName& name_;
  const SourceContext context_;
  RegistryClient registry_;
  RegistryClient::Manifest manifest_;
};

}  // namespace

std::unique_ptr<ImageSource> MakeSource(const ImageName& name, const Credentials& credentials,
                                        const SourceContext& context) {
  if (IsOciUrl(name.url)) return std::make_unique<RegistrySource>(name, credentials, context);
  return std::make_unique<FileSource>(name, credentials, context);
}

}  // namespace crimux::vm
