#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

std::string InFlight(const json::array& calls) {
  if (calls.empty()) return "No calls in flight.\n";
  Table table({"METHOD", "RUNTIME", "AGE"});
  for (const json::value& call : calls) {
    table.Add({TextAt(call, "/method"), TextAt(call, "/runtime"),
               FormatDuration(SecondsAt(call, "/ageSeconds"))});
  }
  return "Calls in flight:\n" + table.ToString();
}

std::string Finished(const std::string& heading, const json::array& calls) {
  if (calls.empty()) return "";
  Table table({"METHOD", "RUNTIME", "CODE", "TOOK", "ENDED", "AGO"});
  for (const json::value& call : calls) {
    table.Add({TextAt(call, "/method"), TextAt(call, "/runtime"), TextAt(call, "/code"),
               FormatDuration(SecondsAt(call, "/seconds")), TextAt(call, "/ended"),
               FormatAge(SecondsAt(call, "/agoSeconds"))});
  }
  return fmt::format("\n{}:\n{}", heading, table.ToString());
}

// "NotFound:3,Unavailable:1"
std::string Failures(const json::value& method) {
  const json::value* codes = method.as_object().if_contains("codes");
  if (codes == nullptr || !codes->is_object()) return "";
  std::string text;
  for (const auto& [code, count] : codes->as_object()) {
    if (code == "OK") continue;
    if (!text.empty()) text += ",";
    text += fmt::format("{}:{}", std::string_view(code), json::serialize(count));
  }
  return text;
}

std::string Methods(const json::array& methods) {
  if (methods.empty()) return "";
  Table table({"METHOD", "RUNTIME", "CALLS", "FAILED", "MEAN", "P99", "MAX", "LAST"});
  for (const json::value& method : methods) {
    if (!method.is_object()) continue;
    table.Add({TextAt(method, "/method"), TextAt(method, "/runtime"), TextAt(method, "/calls"),
               Failures(method), FormatDuration(SecondsAt(method, "/meanSeconds")),
               FormatDuration(SecondsAt(method, "/p99Seconds")),
               FormatDuration(SecondsAt(method, "/maxSeconds")),
               FormatAge(SecondsAt(method, "/lastAgoSeconds"))});
  }
  return "\nAll calls since crimuxd started; runtime \"*\" is all of them, \"-\" crimux itself:\n" +
         table.ToString();
}

std::string Unknown(const json::object& page) {
  const json::value* unknown = page.if_contains("unknownMethods");
  if (unknown == nullptr || !unknown->is_object()) return "";
  std::string text;
  for (const auto& [path, count] : unknown->as_object()) {
    text += fmt::format("{} was called {} times, and is not known here.\n", std::string_view(path),
                        json::serialize(count));
  }
  return text.empty() ? "" : "\n" + text;
}

}  // namespace

std::string CallsReport(const json::object& page) {
  return InFlight(ArrayAt(page, "inFlight")) +
         Finished("Slowest of the last hour", ArrayAt(page, "slowest")) +
         Finished("Latest that failed", ArrayAt(page, "failed")) +
         Methods(ArrayAt(page, "methods")) + Unknown(page);
}

}  // namespace crimux::ctl
