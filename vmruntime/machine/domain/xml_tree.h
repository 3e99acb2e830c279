#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include <pugixml.hpp>

namespace crimux::vm {

using XmlAttributes = std::initializer_list<std::pair<const char*, std::string>>;

// Appends an element to `parent`, and returns it.
pugi::xml_node Add(pugi::xml_node parent, const char* name, XmlAttributes attributes = {});
// The same with a text inside.
pugi::xml_node AddText(pugi::xml_node parent, const char* name, const std::string& text,
                       XmlAttributes attributes = {});

}  // namespace crimux::vm
