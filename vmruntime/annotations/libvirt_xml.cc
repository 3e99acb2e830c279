#include "vmruntime/annotations/libvirt_xml.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include <pugixml.hpp>

namespace crimux::vm {
namespace {

constexpr int kDeepest = 16;
constexpr size_t kLongest = 64 << 10;

std::string Join(const std::string& parent, const char* name) {
  return parent.empty() ? name : parent + "/" + name;
}

// Goes through the XML once, and collects what is allowed.
class Check {
 public:
  Check(const AnnotationReader& reader, const std::vector<std::string>& allowed)
      : reader_(reader), allowed_(allowed) {}

  std::vector<XmlPatch> Read(pugi::xml_node domain) {
    RequireBare(domain, "domain");
    ReadChildren(domain, "");
    return std::move(patches_);
  }

  [[noreturn]] void Refuse(const std::string& reason) const {
    reader_.Refuse(annotation::kLibvirtXml, reason);
  }

 private:
  bool IsAllowed(const std::string& path) const { return std::ranges::count(allowed_, path) > 0; }
  bool LeadsToAllowed(const std::string& path) const {
    return std::ranges::any_of(
        allowed_, [&](const std::string& entry) { return entry.starts_with(path + "/"); });
  }

  void ReadChildren(pugi::xml_node parent, const std::string& path) {
    for (pugi::xml_node child : parent.children()) {
      if (child.type() != pugi::node_element) Refuse("text outside an element that is allowed");
      ReadElement(child, path, Join(path, child.name()));
    }
  }

  void ReadElement(pugi::xml_node element, const std::string& parent, const std::string& path) {
    if (IsAllowed(path)) {
      CheckValues(element, path, 0);
      std::ostringstream out;
      element.print(out, "", pugi::format_raw);
      patches_.push_back({parent, out.str()});
    } else if (LeadsToAllowed(path)) {
      RequireBare(element, path);
      ReadChildren(element, path);
    } else {
      Refuse(fmt::format("the element {} is not allowed; the node's config allows {}", path,
                         allowed_.empty() ? "none" : fmt::format("{}", fmt::join(allowed_, ", "))));
    }
  }

  void RequireBare(pugi::xml_node element, const std::string& path) const {
    if (!element.first_attribute()) return;
    Refuse(fmt::format("{} cannot have attributes here", path));
  }

  void CheckValues(pugi::xml_node element, const std::string& path, int depth) const {
    if (depth > kDeepest) Refuse(fmt::format("{} is nested too deeply", path));
    CheckName(element.name(), path);
    for (pugi::xml_attribute attribute : element.attributes()) {
      CheckName(attribute.name(), path);
      CheckValue(attribute.value(), path + "@" + attribute.name());
    }
    for (pugi::xml_node child : element.children()) {
      if (child.type() == pugi::node_element) {
        CheckValues(child, Join(path, child.name()), depth + 1);
      } else {
        CheckValue(child.value(), path + "@text");
      }
    }
  }

  void CheckName(std::string_view name, const std::string& path) const {
    if (name.find(':') == std::string_view::npos && name != "xmlns") return;
    Refuse(fmt::format("{} has \"{}\"; namespaces are not allowed", path, name));
  }

  void CheckValue(std::string_view value, const std::string& place) const {
    if (value.find('/') == std::string_view::npos || IsAllowed(place)) return;
    Refuse(fmt::format("{} is \"{}\"; paths are not allowed there", place, value));
  }

  const AnnotationReader& reader_;
  const std::vector<std::string>& allowed_;
  std::vector<XmlPatch> patches_;
};

}  // namespace

std::vector<XmlPatch> ReadLibvirtXml(const AnnotationReader& reader,
                                     const std::vector<std::string>& allowed) {
  auto text = reader.Text(annotation::kLibvirtXml);
  if (!text) return {};
  Check check(reader, allowed);
  if (allowed.empty()) check.Refuse("the node's config allows no element (libvirtXmlElements)");
  if (text->size() > kLongest) check.Refuse(fmt::format("longer than {} bytes", kLongest));
  pugi::xml_document document;
  pugi::xml_parse_result result = document.load_buffer(text->data(), text->size());
  if (!result) {
    check.Refuse(fmt::format("at character {}: {}", result.offset, result.description()));
  }
  pugi::xml_node domain = document.document_element();
  if (std::string_view(domain.name()) != "domain" || domain.next_sibling()) {
    check.Refuse("it is not one element, domain");
  }
  return check.Read(domain);
}

}  // namespace crimux::vm
