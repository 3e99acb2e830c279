#include "vmruntime/machine/libvirt_error.h"

#include <libvirt/virterror.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/log.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

// libvirt passes QEMU's own output on, with its line breaks.
std::string OneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void LogError(void*, virErrorPtr error) {
  if (error != nullptr && error->message != nullptr) {
    spdlog::debug("libvirt: {} (code {}, domain {})", OneLine(error->message), error->code,
                  error->domain);
  }
}

}  // namespace

StatusCode CodeOfLibvirtError(int number) {
  switch (number) {
    case VIR_ERR_NO_DOMAIN:
      return StatusCode::NOT_FOUND;
    case VIR_ERR_DOM_EXIST:
      return StatusCode::ALREADY_EXISTS;
    case VIR_ERR_OPERATION_INVALID:
      return StatusCode::FAILED_PRECONDITION;
    case VIR_ERR_INVALID_ARG:
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
      return StatusCode::INVALID_ARGUMENT;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
      return StatusCode::UNIMPLEMENTED;
    case VIR_ERR_OPERATION_TIMEOUT:
      return StatusCode::DEADLINE_EXCEEDED;
    case VIR_ERR_OPERATION_ABORTED:
      return StatusCode::ABORTED;
    case VIR_ERR_OPERATION_DENIED:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_AUTH_FAILED:
      return StatusCode::PERMISSION_DENIED;
    case VIR_ERR_NO_MEMORY:
      return StatusCode::RESOURCE_EXHAUSTED;
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_AGENT_UNRESPONSIVE:
    case VIR_ERR_RPC:
      return StatusCode::UNAVAILABLE;
    default:
      return StatusCode::INTERNAL;
  }
}

Error LibvirtError(std::string_view operation, std::string_view object) {
  const virError* error = virGetLastError();
  if (error == nullptr || error->message == nullptr) {
    return {StatusCode::INTERNAL, operation, object, "libvirt gives no reason"};
  }
  return {CodeOfLibvirtError(error->code), operation, object, OneLine(error->message)};
}

void RouteLibvirtErrorsToLog() {
  virSetErrorFunc(nullptr, LogError);
  // Its own log repeats them. Who debugs libvirt sets this variable otherwise.
  ::setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", /*overwrite=*/0);
}

}  // namespace crimux::vm
