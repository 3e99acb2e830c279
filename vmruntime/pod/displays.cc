#include "vmruntime/pod/displays.h"

#include "base/error.h"

namespace crimux::vm {

std::string Displays::Screenshot(const std::string& container_id) const {
  return hypervisor_.Screenshot(Machine(container_id, "take screenshot of"));
}

std::filesystem::path Displays::VncSocket(const std::string& container_id) const {
  return hypervisor_.VncSocket(Machine(container_id, "find VNC server of"));
}

std::string Displays::Machine(const std::string& container_id, std::string_view operation) const {
  state::ContainerRecord container = registry_.GetContainer(container_id, operation);
  if (container.state() != state::ContainerRecord::RUNNING) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, operation, container.id(),
                "it is not running");
  }
  return container.id();
}

}  // namespace crimux::vm
