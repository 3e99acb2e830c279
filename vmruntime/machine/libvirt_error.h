#pragma once

#include <string_view>

#include "base/error.h"

namespace crimux::vm {

// The Error for the libvirt call that has just failed on this thread: its code from libvirt's error
// number, never from the text; its cause is libvirt's message on one line.
Error LibvirtError(std::string_view operation, std::string_view object);

// The gRPC code for a virErrorNumber.
grpc::StatusCode CodeOfLibvirtError(int number);

// libvirt prints every error on standard error unless told otherwise. From now on they go to our
// log at level debug: who sees one throws it. Process-wide; before any other call of libvirt.
void RouteLibvirtErrorsToLog();

}  // namespace crimux::vm
