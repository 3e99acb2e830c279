#include "vmruntime/machine/connection.h"

#include <libvirt/virterror.h>

#include <cstdlib>

#include <pugixml.hpp>

#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {

ConnectionHandle OpenConnection(const std::string& uri) {
  ConnectionHandle connection(virConnectOpen(uri.c_str()));
  if (!connection) throw LibvirtError("open", uri);
  return connection;
}

DomainHandle FindDomain(virConnectPtr connection, const std::string& name) {
  DomainHandle domain(virDomainLookupByName(connection, name.c_str()));
  if (!domain && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN) {
    throw LibvirtError("look up machine", name);
  }
  return domain;
}

DomainHandle ExistingDomain(virConnectPtr connection, const std::string& operation,
                            const std::string& name) {
  DomainHandle domain = FindDomain(connection, name);
  if (!domain) throw Error(grpc::StatusCode::NOT_FOUND, operation, name, "no such machine");
  return domain;
}

std::vector<DomainHandle> AllDomains(virConnectPtr connection) {
  virDomainPtr* list = nullptr;
  int count = virConnectListAllDomains(connection, &list, 0);
  if (count < 0) throw LibvirtError("list", "machines");
  std::vector<DomainHandle> domains;
  domains.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) domains.emplace_back(list[i]);
  std::free(list);
  return domains;
}

std::string EmulatorPath(virConnectPtr connection, const std::string& configured,
                         const std::string& domain_type) {
  std::unique_ptr<char, decltype(&std::free)> xml(
      virConnectGetDomainCapabilities(connection, configured.empty() ? nullptr : configured.c_str(),
                                      "x86_64", nullptr, domain_type.c_str(), 0),
      &std::free);
  if (!xml) throw LibvirtError("find", configured.empty() ? "QEMU for x86_64" : configured);
  pugi::xml_document document;
  document.load_string(xml.get());
  return document.child("domainCapabilities").child_value("path");
}

}  // namespace crimux::vm
