#include "vmruntime/streaming/command_status.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace crimux::vm::streaming {
namespace {

namespace json = boost::json;

std::string Words(const CommandEnd& end) {
  if (!end.failure.empty()) return end.failure;
  if (end.exit_code == 0) return "";
  return fmt::format("command terminated with non-zero exit code: exit status {}", end.exit_code);
}

// meta/v1's Status, as far as clients look at it.
json::object Status(const CommandEnd& end) {
  json::object status{{"metadata", json::object()}};
  if (end.failure.empty() && end.exit_code == 0) {
    status["status"] = "Success";
    return status;
  }
  status["status"] = "Failure";
  status["message"] = Words(end);
  json::object cause;
  if (end.failure.empty()) {
    status["reason"] = "NonZeroExitCode";
    cause["reason"] = "ExitCode";
    cause["message"] = std::to_string(end.exit_code);
  } else {
    status["reason"] = "InternalError";
    status["code"] = 500;
    cause["message"] = end.failure;
  }
  status["details"] = json::object{{"causes", json::array{cause}}};
  return status;
}

}  // namespace

std::string StatusText(const CommandEnd& end, StatusForm form) {
  return form == StatusForm::kJson ? json::serialize(Status(end)) : Words(end);
}

}  // namespace crimux::vm::streaming
