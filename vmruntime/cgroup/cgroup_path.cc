#include "vmruntime/cgroup/cgroup_path.h"

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kSlice = ".slice";

[[noreturn]] void Refuse(const std::string& parent, std::string_view reason) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use cgroup_parent", parent, reason);
}

bool IsSlice(const std::string& parent) { return parent.ends_with(kSlice); }

// systemd.slice(5): "a-b.slice" lies in "a.slice"; "-.slice" is the root.
std::filesystem::path NestedSlices(const std::string& parent) {
  const std::string name = parent.substr(0, parent.size() - kSlice.size());
  if (name == "-") return "/";
  if (name.empty() || name.front() == '-' || name.back() == '-' ||
      name.find("--") != std::string::npos) {
    Refuse(parent, "it is no name of a slice");
  }
  std::filesystem::path path = "/";
  for (size_t dash = name.find('-'); dash != std::string::npos; dash = name.find('-', dash + 1)) {
    path /= name.substr(0, dash).append(kSlice);
  }
  return path / parent;
}

}  // namespace

std::filesystem::path PodCgroup(const std::string& parent, const std::string& sandbox_id) {
  if (parent.empty()) return "/crimux-" + sandbox_id;
  if (parent.find('/') == std::string::npos && IsSlice(parent)) return NestedSlices(parent);
  const std::filesystem::path path(parent);
  if (!path.is_absolute()) {
    Refuse(parent, "it is neither an absolute path nor the name of a slice");
  }
  for (const std::filesystem::path& part : path) {
    if (part == ".." || part == ".") Refuse(parent, "it has dots for a part");
  }
  std::filesystem::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

std::filesystem::path ContainerCgroup(const std::string& parent, const std::string& sandbox_id,
                                      const std::string& container_id) {
  return PodCgroup(parent, sandbox_id) /
         (IsSlice(parent) ? "crimux-" + container_id + ".scope" : container_id);
}

}  // namespace crimux::vm
