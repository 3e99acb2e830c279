#include "ctl/status_report.h"

#include <fmt/format.h>

#include <chrono>

#include <boost/json.hpp>

#include "base/error.h"
#include "ctl/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

// The value at a JSON pointer, as text; empty when there is none.
std::string At(const json::value& value, const char* pointer) {
  boost::system::error_code absent;
  const json::value* found = value.find_pointer(pointer, absent);
  if (found == nullptr || found->is_null()) return "";
  if (found->is_string()) return found->as_string().c_str();
  return json::serialize(*found);
}

const json::array& ArrayAt(const json::object& object, const char* key) {
  static const json::array kNone;
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

std::string Heading(const json::object& status) {
  std::string line = fmt::format("crimuxd {}", At(status, "/version"));
  if (const json::value* uptime = status.if_contains("uptimeSeconds")) {
    std::chrono::duration<double> seconds(uptime->to_number<double>());
    line += ", up " + FormatAge(std::chrono::duration_cast<std::chrono::nanoseconds>(seconds));
  }
  return fmt::format("{}, calls in flight: {}\n", line, At(status, "/calls/inFlight"));
}

std::string Runtimes(const json::array& runtimes) {
  Table table(
      {"RUNTIME", "STATE", "DEFAULT", "PODS", "CONTAINERS", "IMAGES", "VERSION", "ENDPOINT"});
  std::string errors;
  for (const json::value& runtime : runtimes) {
    table.Add({At(runtime, "/name"), At(runtime, "/state"),
               At(runtime, "/default") == "true" ? "yes" : "", At(runtime, "/owned/sandboxes"),
               At(runtime, "/owned/containers"), At(runtime, "/owned/images"),
               At(runtime, "/version"), At(runtime, "/endpoint")});
    std::string error = At(runtime, "/lastError");
    if (!error.empty()) errors += fmt::format("{}: last error: {}\n", At(runtime, "/name"), error);
  }
  return table.ToString() + errors;
}

std::string Routes(const json::array& routes) {
  std::string text = "Routes, of which the first that matches decides:\n";
  for (const json::value& route : routes) {
    text += fmt::format("  {}\n",
                        route.is_string() ? route.as_string().c_str() : json::serialize(route));
  }
  return text;
}

}  // namespace

std::string StatusReport(const std::string& text) {
  json::error_code fault;
  json::value status = json::parse(text, fault);
  if (fault.failed() || !status.is_object()) {
    throw Error(grpc::StatusCode::INTERNAL, "read status", "", "not a JSON object");
  }
  const json::object& object = status.as_object();
  std::string report = Heading(object) + "\n" + Runtimes(ArrayAt(object, "runtimes"));
  const json::array& routes = ArrayAt(object, "routes");
  if (!routes.empty()) report += "\n" + Routes(routes);
  return report;
}

}  // namespace crimux::ctl
