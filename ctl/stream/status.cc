#include "ctl/stream/status.h"

#include <charconv>
#include <optional>

#include <boost/json.hpp>

#include "base/error.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

std::string Text(const json::value& value, const char* pointer) {
  json::error_code missing;
  const json::value* found = value.find_pointer(pointer, missing);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

std::optional<int> Number(const std::string& text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The message of the cause whose reason is "ExitCode".
std::optional<int> ExitCodeCause(const json::value& status) {
  json::error_code missing;
  const json::value* causes = status.find_pointer("/details/causes", missing);
  if (causes == nullptr || !causes->is_array()) return std::nullopt;
  for (const json::value& cause : causes->get_array()) {
    if (Text(cause, "/reason") == "ExitCode") return Number(Text(cause, "/message"));
  }
  return std::nullopt;
}

}  // namespace

int ExitCodeOf(const std::string& text) {
  json::error_code bad;
  json::value status = json::parse(text, bad);
  if (bad) throw Error(grpc::StatusCode::INTERNAL, "read status", text, "it is not JSON");
  if (Text(status, "/status") == "Success") return 0;
  if (Text(status, "/reason") == "NonZeroExitCode") {
    if (auto code = ExitCodeCause(status)) return *code;
  }
  std::string message = Text(status, "/message");
  throw Error(grpc::StatusCode::INTERNAL, "run in container", "", message.empty() ? text : message);
}

}  // namespace crimux::ctl
