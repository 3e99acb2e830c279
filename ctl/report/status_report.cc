#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

std::string Heading(const json::object& status) {
  std::string line = fmt::format("crimuxd {}", TextAt(status, "/version"));
  if (status.contains("uptimeSeconds")) {
    line += ", up " + FormatAge(SecondsAt(status, "/uptimeSeconds"));
  }
  return fmt::format("{}, calls in flight: {}\n", line, TextAt(status, "/calls/inFlight"));
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

std::string StatusReport(const json::object& page) {
  std::string report = Heading(page) + "\n" + RuntimesTable(ArrayAt(page, "runtimes"));
  const json::array& routes = ArrayAt(page, "routes");
  if (!routes.empty()) report += "\n" + Routes(routes);
  return report;
}

}  // namespace crimux::ctl
