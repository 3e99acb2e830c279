#pragma once

#include <string>
#include <vector>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/machine/domain/xml_patch.h"

namespace crimux::vm {

// The elements that crimux.io/libvirt-xml wants in the domain, each of which must be among
// `allowed` (VmConfig::libvirt_xml_elements). Refuses all others, any name with a namespace, and,
// unless that place is allowed by itself, each value with a "/": a path of the host.
std::vector<XmlPatch> ReadLibvirtXml(const AnnotationReader& reader,
                                     const std::vector<std::string>& allowed);

}  // namespace crimux::vm
