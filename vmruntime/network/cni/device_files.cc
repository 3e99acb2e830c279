#include "vmruntime/network/cni/device_files.h"

#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "vmruntime/network/cni/cni_result.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// net2 comes before net10.
struct ByNumber {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  }
};
using FilesByInterface = std::map<std::string, fs::path, ByNumber>;

// Those of one attachment each, whose names end in the sandbox's id, `separator` and the interface.
FilesByInterface FilesOfPod(const fs::path& folder, const std::string& sandbox_id, char separator) {
  FilesByInterface files;
  const std::string mark = "-" + sandbox_id + separator;
  std::error_code absent;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, absent)) {
    const std::string name = entry.path().filename();
    size_t at = name.rfind(mark);
    if (at == std::string::npos || at + mark.size() == name.size()) continue;
    files[name.substr(at + mark.size())] = entry.path();
  }
  return files;
}

// As libcni caches it; a result that can't be read tells nothing.
std::optional<json::object> CachedResult(const fs::path& file) {
  json::error_code failed;
  json::value document = json::parse(ReadFile(file), failed);
  const json::value* result = nullptr;
  if (!failed && document.is_object()) result = document.as_object().if_contains("result");
  if (result != nullptr && result->is_object()) return result->as_object();
  spdlog::warn("read Multus' result {}: it has none", file.string());
  return std::nullopt;
}

void RemoveServerSocket(const DeviceInfo& info) {
  std::error_code failed;
  if (!info.server || !fs::is_socket(info.path, failed)) return;
  fs::remove(info.path, failed);
  if (failed) spdlog::warn("remove socket {}: {}", info.path, failed.message());
}

}  // namespace

fs::path DeviceInfoFile(const fs::path& work_dir) { return work_dir / "device-info.json"; }

std::vector<InterfaceDevice> ReadDevices(const NetworkRequest& request,
                                         const std::string& main_interface,
                                         const MultusFolders& folders) {
  const std::string& id = request.pod.sandbox_id;
  FilesByInterface files = FilesOfPod(folders.device_info, id, '_');
  fs::path own = DeviceInfoFile(request.work_dir);
  if (fs::exists(own)) files[main_interface] = own;
  if (files.empty()) return {};
  FilesByInterface results = FilesOfPod(folders.results, id, '-');
  std::vector<InterfaceDevice> devices;
  for (const auto& [interface, file] : files) {
    DeviceInfo info = ParseDeviceInfo(ReadFile(file), file);
    std::optional<json::object> result;
    if (results.contains(interface)) result = CachedResult(results.at(interface));
    devices.push_back({info, ToldCard(result.value_or(json::object()), interface)});
  }
  return devices;
}

// What can't be read has come to no machine.
void RemoveServerSockets(const NetworkRequest& request, const std::string& main_interface,
                         const MultusFolders& folders) {
  try {
    for (const InterfaceDevice& device : ReadDevices(request, main_interface, folders)) {
      RemoveServerSocket(device.info);
    }
  } catch (const Error& error) {
    spdlog::warn("pod {}: {}", request.pod.sandbox_id, error.what());
  }
}

void RemoveDeviceInfo(const fs::path& work_dir) {
  std::error_code failed;
  fs::remove(DeviceInfoFile(work_dir), failed);
  if (failed) spdlog::warn("remove {}: {}", DeviceInfoFile(work_dir).string(), failed.message());
}

}  // namespace crimux::vm
