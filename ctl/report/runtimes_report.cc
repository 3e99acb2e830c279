#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {

namespace json = boost::json;

std::string RuntimesTable(const json::array& runtimes) {
  Table table(
      {"RUNTIME", "STATE", "DEFAULT", "PODS", "CONTAINERS", "IMAGES", "VERSION", "ENDPOINT"});
  std::string errors;
  for (const json::value& runtime : runtimes) {
    table.Add({TextAt(runtime, "/name"), TextAt(runtime, "/state"),
               TextAt(runtime, "/default") == "true" ? "yes" : "",
               TextAt(runtime, "/owned/sandboxes"), TextAt(runtime, "/owned/containers"),
               TextAt(runtime, "/owned/images"), TextAt(runtime, "/version"),
               TextAt(runtime, "/endpoint")});
    std::string error = TextAt(runtime, "/lastError");
    if (error.empty()) continue;
    errors += fmt::format("{}: last error: {}\n", TextAt(runtime, "/name"), error);
  }
  return table.ToString() + errors;
}

std::string RuntimesReport(const json::object& page) {
  return RuntimesTable(ArrayAt(page, "runtimes"));
}

}  // namespace crimux::ctl
