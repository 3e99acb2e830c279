#include "vmruntime/machine/stray_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "vmruntime/machine/connection.h"

namespace crimux::vm {
namespace {

// What libvirt's names of folders begin with: "domain-7-<beginning of the machine's name>".
std::vector<std::string> Beginnings(virConnectPtr connection) {
  std::vector<std::string> beginnings;
  for (const DomainHandle& domain : AllDomains(connection)) {
    unsigned id = ::virDomainGetID(domain.get());
    if (id != static_cast<unsigned>(-1)) beginnings.push_back(fmt::format("domain-{}-", id));
  }
  return beginnings;
}

bool IsStray(const std::string& name, const std::vector<std::string>& of_running) {
  return name.starts_with("domain-") &&
         std::none_of(of_running.begin(), of_running.end(),
                      [&](const std::string& beginning) { return name.starts_with(beginning); });
}

void RemoveIn(const std::filesystem::path& folder, const std::vector<std::string>& of_running) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!IsStray(entry.path().filename(), of_running)) continue;
    std::filesystem::remove_all(entry.path(), error);
    if (error) spdlog::warn("remove \"{}\": {}", entry.path().string(), error.message());
  }
}

}  // namespace

void RemoveStrayFolders(virConnectPtr connection, const std::filesystem::path& root) {
  std::vector<std::string> of_running = Beginnings(connection);
  RemoveIn(root / "lib/qemu", of_running);
  RemoveIn(root / "lib/qemu/channel/target", of_running);
}

}  // namespace crimux::vm
