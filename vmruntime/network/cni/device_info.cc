#include "vmruntime/network/cni/device_info.h"

#include <fmt/format.h>

#include <string_view>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/pci/pci_functions.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

// The strings of one object of the file, by keys that errors name.
class InfoFields {
 public:
  InfoFields(const json::object& object, std::string prefix, const std::filesystem::path& file)
      : object_(object), prefix_(std::move(prefix)), file_(file) {}

  std::string Required(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) throw Malformed(key, "is missing");
    if (!value->is_string()) throw Malformed(key, "is no string");
    if (value->as_string().empty()) throw Malformed(key, "is empty");
    return json::value_to<std::string>(*value);
  }

  std::string RequiredPath(std::string_view key) const {
    std::string path = Required(key);
    if (!path.starts_with('/')) throw Malformed(key, fmt::format("is no absolute path: {}", path));
    return path;
  }

  InfoFields RequiredObject(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) throw Malformed(key, "is missing");
    if (!value->is_object()) throw Malformed(key, "is no object");
    return {value->as_object(), fmt::format("{}{}.", prefix_, key), file_};
  }

  Error Malformed(std::string_view key, const std::string& fault) const {
    return {grpc::INTERNAL, "read device info", file_.string(),
            fmt::format("its key {}{} {}", prefix_, key, fault)};
  }

 private:
  const json::object& object_;
  std::string prefix_;
  const std::filesystem::path& file_;
};

DeviceInfo ParsePciInfo(const InfoFields& pci) {
  std::string address = pci.Required("pci-address");
  if (!IsPciAddress(address)) {
    throw pci.Malformed("pci-address", "is no PCI address: " + address);
  }
  return {.kind = DeviceKind::kPci, .pci = address};
}

DeviceInfo ParseVdpaInfo(const InfoFields& vdpa) {
  vdpa.Required("parent-device");
  std::string driver = vdpa.Required("driver");
  std::string path = vdpa.RequiredPath("path");
  if (driver == "virtio") return {.kind = DeviceKind::kLink};
  if (driver == "vhost") return {.kind = DeviceKind::kVdpa, .path = path};
  throw vdpa.Malformed("driver", "is neither vhost nor virtio: " + driver);
}

DeviceInfo ParseVhostUserInfo(const InfoFields& vhost_user) {
  std::string mode = vhost_user.Required("mode");
  std::string path = vhost_user.RequiredPath("path");
  if (mode != "client" && mode != "server") {
    throw vhost_user.Malformed("mode", "is neither client nor server: " + mode);
  }
  return {.kind = DeviceKind::kVhostUser, .path = path, .server = mode == "server"};
}

}  // namespace

DeviceInfo ParseDeviceInfo(const std::string& text, const std::filesystem::path& file) {
  json::error_code failed;
  json::value document = json::parse(text, failed);
  if (failed || !document.is_object()) {
    throw Error(grpc::INTERNAL, "read device info", file.string(),
                failed ? "it is no JSON: " + failed.message() : "it is no object of JSON");
  }
  InfoFields fields(document.as_object(), "", file);
  std::string type = fields.Required("type");
  std::string version = fields.Required("version");
  if (!version.starts_with("1.")) {
    throw fields.Malformed("version", "is none that is known (1.x.y): " + version);
  }
  if (type == "pci") return ParsePciInfo(fields.RequiredObject(type));
  if (type == "vdpa") return ParseVdpaInfo(fields.RequiredObject(type));
  if (type == "vhost-user") return ParseVhostUserInfo(fields.RequiredObject(type));
  throw Error(grpc::INVALID_ARGUMENT, "read device info", file.string(),
              fmt::format("a VM can't have a device of type {} as a card", type));
}

}  // namespace crimux::vm
