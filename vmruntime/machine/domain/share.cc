#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

void AddVirtiofs(pugi::xml_node node, const ShareSpec& share) {
  Add(node, "driver", {{"type", "virtiofs"}, {"queue", "1024"}});
  Add(node, "source", {{"socket", share.socket.string()}});
}

// multidevs: the tree has several file systems below it, and their inode numbers must not meet.
void Add9p(pugi::xml_node node, const ShareSpec& share) {
  node.append_attribute("accessmode") = "squash";
  node.append_attribute("multidevs") = "remap";
  Add(node, "source", {{"dir", share.folder.string()}});
}

}  // namespace

void AddShare(pugi::xml_node devices, const MachineSpec& spec) {
  if (!spec.share) return;
  pugi::xml_node node = Add(devices, "filesystem", {{"type", "mount"}});
  if (spec.share->socket.empty()) {
    Add9p(node, *spec.share);
  } else {
    AddVirtiofs(node, *spec.share);
  }
  Add(node, "target", {{"dir", spec.share->tag}});
}

}  // namespace crimux::vm
