#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

// QEMU appends everything to the log itself, whoever is connected to the socket, or nobody.
void AddConsole(pugi::xml_node devices, const MachineSpec& spec) {
  pugi::xml_node serial = Add(devices, "serial", {{"type", "unix"}});
  Add(serial, "source", {{"mode", "bind"}, {"path", spec.console_socket.string()}});
  Add(serial, "log", {{"file", spec.console_log.string()}, {"append", "on"}});
  pugi::xml_node port = Add(serial, "target", {{"type", "isa-serial"}, {"port", "0"}});
  Add(port, "model", {{"name", "isa-serial"}});
}

// At a path of ours: libvirt's own, below its root, are too long for a socket address.
void AddAgentChannel(pugi::xml_node devices, const MachineSpec& spec) {
  pugi::xml_node channel = Add(devices, "channel", {{"type", "unix"}});
  Add(channel, "source", {{"mode", "bind"}, {"path", AgentSocket(spec).string()}});
  Add(channel, "target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}});
}

}  // namespace

std::filesystem::path AgentSocket(const MachineSpec& spec) {
  return spec.console_socket.string() + ".agent";
}

void AddChannels(pugi::xml_node devices, const MachineSpec& spec) {
  AddConsole(devices, spec);
  AddAgentChannel(devices, spec);
}

}  // namespace crimux::vm
