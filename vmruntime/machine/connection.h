#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <string>
#include <vector>

namespace crimux::vm {

struct ConnectionCloser {
  void operator()(virConnectPtr connection) const { virConnectClose(connection); }
};
struct DomainFreer {
  void operator()(virDomainPtr domain) const { virDomainFree(domain); }
};
using ConnectionHandle = std::unique_ptr<virConnect, ConnectionCloser>;
using DomainHandle = std::unique_ptr<virDomain, DomainFreer>;

// Needs a running EventLoop. Throws Error.
ConnectionHandle OpenConnection(const std::string& uri);

// Null when there is no domain of that name; throws Error for every other failure.
DomainHandle FindDomain(virConnectPtr connection, const std::string& name);

// The same, but throws Error (NOT_FOUND) that names the operation.
DomainHandle ExistingDomain(virConnectPtr connection, const std::string& operation,
                            const std::string& name);

// Running or not.
std::vector<DomainHandle> AllDomains(virConnectPtr connection);

// The QEMU binary that libvirt would use for a domain of `domain_type` ("kvm" or "qemu"), or
// `configured` when that is not empty. Throws Error when there is none or it doesn't work.
std::string EmulatorPath(virConnectPtr connection, const std::string& configured,
                         const std::string& domain_type);

}  // namespace crimux::vm
