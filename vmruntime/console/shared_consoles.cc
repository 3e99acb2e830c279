#include "vmruntime/console/shared_consoles.h"

#include <boost/asio/post.hpp>

namespace crimux::vm {

void SharedConsoles::Follow(const ConsoleLogSpec& spec) {
  logs_.Follow(spec);
  boost::asio::post(io_, [this, id = spec.container_id, socket = spec.socket] {
    if (consoles_.contains(id)) return;
    auto console = std::make_shared<SharedConsole>(
        io_.get_executor(), SharedConsoleSpec{.socket = socket, .scrollback = scrollback_});
    consoles_.emplace(id, console);
    console->Start();
  });
}

void SharedConsoles::Finish(const std::string& container_id) {
  End(container_id);
  logs_.Finish(container_id);
}

void SharedConsoles::Forget(const std::string& container_id) {
  End(container_id);
  logs_.Forget(container_id);
}

void SharedConsoles::End(const std::string& container_id) {
  boost::asio::post(io_, [this, container_id] {
    auto found = consoles_.find(container_id);
    if (found == consoles_.end()) return;
    found->second->MachineEnded();
    consoles_.erase(found);
  });
}

std::shared_ptr<SharedConsole> SharedConsoles::Find(const std::string& container_id) const {
  auto found = consoles_.find(container_id);
  return found == consoles_.end() ? nullptr : found->second;
}

}  // namespace crimux::vm
