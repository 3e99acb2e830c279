#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

// What there is to say of a runtime beside its row.
std::string Remarks(const json::value& runtime) {
  std::string text;
  std::string name = TextAt(runtime, "/name");
  std::string error = TextAt(runtime, "/lastError");
  if (!error.empty()) text += fmt::format("{}: last error: {}\n", name, error);
  std::string state = TextAt(runtime, "/state");
  if ((state != "down" && state != "slow") || !runtime.is_object()) return text;
  std::string lists;
  for (const json::value& list : ArrayAt(runtime.as_object(), "lists")) {
    lists += fmt::format("{}{} ({})", lists.empty() ? "" : ", ", TextAt(list, "/method"),
                         FormatAge(SecondsAt(list, "/ageSeconds")));
  }
  if (lists.empty()) return text;
  return text + fmt::format("{}: last known lists and their ages: {}\n", name, lists);
}

}  // namespace

std::string RuntimesTable(const json::array& runtimes) {
  Table table(
      {"RUNTIME", "STATE", "DEFAULT", "PODS", "CONTAINERS", "IMAGES", "VERSION", "ENDPOINT"});
  std::string remarks;
  for (const json::value& runtime : runtimes) {
    table.Add({TextAt(runtime, "/name"), TextAt(runtime, "/state"),
               TextAt(runtime, "/default") == "true" ? "yes" : "",
               TextAt(runtime, "/owned/sandboxes"), TextAt(runtime, "/owned/containers"),
               TextAt(runtime, "/owned/images"), TextAt(runtime, "/version"),
               TextAt(runtime, "/endpoint")});
    remarks += Remarks(runtime);
  }
  return table.ToString() + remarks;
}

std::string RuntimesReport(const json::object& page) {
  return RuntimesTable(ArrayAt(page, "runtimes"));
}

}  // namespace crimux::ctl
