#include "vmruntime/machine/domain/xml_tree.h"

namespace crimux::vm {

pugi::xml_node Add(pugi::xml_node parent, const char* name, XmlAttributes attributes) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes) node.append_attribute(key) = value.c_str();
  return node;
}

pugi::xml_node AddText(pugi::xml_node parent, const char* name, const std::string& text,
                       XmlAttributes attributes) {
  pugi::xml_node node = Add(parent, name, attributes);
  node.text() = text.c_str();
  return node;
}

}  // namespace crimux::vm
