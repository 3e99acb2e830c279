#include "vmruntime/machine/domain/xml_patch.h"

#include <sstream>

namespace crimux::vm {
namespace {

pugi::xml_node FindOrAdd(pugi::xml_node domain, const std::string& path) {
  pugi::xml_node node = domain;
  std::istringstream steps(path);
  for (std::string step; std::getline(steps, step, '/');) {
    pugi::xml_node child = node.child(step.c_str());
    node = child ? child : node.append_child(step.c_str());
  }
  return node;
}

}  // namespace

void ApplyPatches(pugi::xml_node domain, const std::vector<XmlPatch>& patches) {
  for (const XmlPatch& patch : patches) {
    pugi::xml_document document;
    document.load_string(patch.element.c_str());
    pugi::xml_node element = document.document_element();
    pugi::xml_node parent = FindOrAdd(domain, patch.parent);
    while (patch.parent != "devices" && parent.remove_child(element.name())) {
    }
    parent.append_copy(element);
  }
}

}  // namespace crimux::vm
