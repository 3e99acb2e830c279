#pragma once

#include <string>
#include <vector>

#include <pugixml.hpp>

namespace crimux::vm {

// One element for the domain's XML that comes from outside, and was checked there. `parent` is a
// path below <domain> ("", "devices", "features"); the element takes the place of those of its name
// there, except below "devices", where it is one more.
struct XmlPatch {
  std::string parent;
  std::string element;
};

void ApplyPatches(pugi::xml_node domain, const std::vector<XmlPatch>& patches);

}  // namespace crimux::vm
