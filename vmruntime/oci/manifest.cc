#include "vmruntime/oci/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr size_t kMostLayers = 256;
constexpr std::string_view kImageConfigs[] = {"application/vnd.oci.image.config.v1+json",
                                              "application/vnd.docker.container.image.v1+json"};

class Reader {
 public:
  Reader(const std::string& architecture, const std::string& shown)
      : architecture_(architecture), shown_(shown) {}

  OciManifest Read(std::string_view text) const {
    boost::system::error_code failed;
    json::value value = json::parse(text, failed);
    const json::object* object = failed ? nullptr : value.if_object();
    if (!object) Refuse("the manifest is no JSON object");
    if (const json::value* manifests = object->if_contains("manifests")) {
      return {.next = Choose(ArrayOf(*manifests, "manifests"))};
    }
    const json::value* layers = object->if_contains("layers");
    if (!layers) Refuse("the manifest has neither layers nor manifests");
    return {.is_image = IsImage(*object), .layers = Layers(ArrayOf(*layers, "layers"))};
  }

 private:
  [[noreturn]] void Refuse(std::string_view why) const {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "read manifest", shown_, why);
  }

  const json::array& ArrayOf(const json::value& value, std::string_view name) const {
    const json::array* array = value.if_array();
    if (!array || array->empty() || array->size() > kMostLayers) {
      Refuse(fmt::format("its {} are no list of 1 to {}", name, kMostLayers));
    }
    return *array;
  }

  static std::string Text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    const json::string* text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : "";
  }

  static bool IsImage(const json::object& manifest) {
    const json::value* config = manifest.if_contains("config");
    const json::object* object = config ? config->if_object() : nullptr;
    std::string type = object ? Text(*object, "mediaType") : "";
    for (std::string_view image : kImageConfigs) {
      if (type == image) return Text(manifest, "artifactType").empty();
    }
    return false;
  }

  std::string Digest(const json::object& descriptor) const {
    std::string digest = Text(descriptor, "digest");
    constexpr std::string_view kStart = "sha256:";
    bool good = digest.size() == kStart.size() + 64 && digest.starts_with(kStart) &&
                digest.find_first_not_of("0123456789abcdef", kStart.size()) == std::string::npos;
    if (!good) Refuse("it names a blob by another digest than a sha256");
    return digest;
  }

  std::vector<OciLayer> Layers(const json::array& array) const {
    std::vector<OciLayer> layers;
    for (const json::value& item : array) {
      const json::object* object = item.if_object();
      const json::value* size = object ? object->if_contains("size") : nullptr;
      if (!size || !size->is_int64() || size->get_int64() < 0) Refuse("a layer has no size");
      layers.push_back({Digest(*object), static_cast<uint64_t>(size->get_int64())});
    }
    return layers;
  }

  std::string Choose(const json::array& array) const {
    std::set<std::string> others;
    for (const json::value& item : array) {
      const json::object* object = item.if_object();
      if (!object) Refuse("its manifests are malformed");
      const json::value* platform = object->if_contains("platform");
      // An index of one manifest need not say for what.
      if (!platform && array.size() == 1) return Digest(*object);
      const json::object* fields = platform ? platform->if_object() : nullptr;
      if (!fields) continue;
      std::string name = Text(*fields, "os") + "/" + Text(*fields, "architecture");
      if (name == "linux/" + architecture_) return Digest(*object);
      others.insert(name.substr(0, 64));
    }
    Refuse(
        fmt::format("it has nothing for linux/{}, but for {}", architecture_,
                    others.empty() ? "no platform" : fmt::format("{}", fmt::join(others, ", "))));
  }

  const std::string& architecture_;
  const std::string& shown_;
};

}  // namespace

std::string AcceptedManifests() {
  return "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
         "application/vnd.docker.distribution.manifest.v2+json, "
         "application/vnd.docker.distribution.manifest.list.v2+json";
}

OciManifest ParseManifest(std::string_view text, const std::string& architecture,
                          const std::string& shown) {
  return Reader(architecture, shown).Read(text);
}

std::string HostArchitecture() {
  utsname host{};
  ::uname(&host);
  static const std::map<std::string, std::string> kNames = {
      {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm"}, {"i686", "386"}};
  auto name = kNames.find(host.machine);
  return name == kNames.end() ? host.machine : name->second;
}

}  // namespace crimux::vm
