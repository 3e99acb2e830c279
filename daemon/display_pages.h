#pragma once

#include "proxy/runtime/embedded_service.h"
#include "vmruntime/pod/displays.h"

// Pages about the display of one container's VM, ?container=ID. Throw Error: INVALID_ARGUMENT
// without an id, else as Displays does.
namespace crimux {

// A PNG.
proxy::PageReply ScreenshotPage(const vm::Displays& displays, const proxy::PageRequest& request);
// {"socket": "/path"}: where QEMU serves VNC, for root alone and without a password.
proxy::PageReply VncPage(const vm::Displays& displays, const proxy::PageRequest& request);

}  // namespace crimux
