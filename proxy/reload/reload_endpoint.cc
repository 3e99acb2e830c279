#include "proxy/reload/reload_endpoint.h"

#include <utility>

#include "base/error.h"

namespace crimux::proxy {
namespace {

int HttpCode(grpc::StatusCode code) {
  if (code == grpc::StatusCode::FAILED_PRECONDITION) return 409;
  return code == grpc::StatusCode::UNAVAILABLE ? 503 : 400;
}

}  // namespace

void ReloadEndpoint::Serve(StatusServer::Answer answer) {
  if (!handler_) return answer({501, "text/plain", "this crimux has no config file\n"});
  worker_.Run([this, answer = std::move(answer)] { answer(Reload()); });
}

StatusReply ReloadEndpoint::Reload() const {
  try {
    return {200, "text/plain", "ok: " + handler_(apply_) + "\n"};
  } catch (...) {
    grpc::Status failure = CurrentExceptionStatus();
    return {HttpCode(failure.error_code()), "text/plain", failure.error_message() + "\n"};
  }
}

}  // namespace crimux::proxy
