#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

std::string Goes(const json::object& page) {
  if (TextAt(page, "/decidedBy") == "refused") return "is refused";
  return "goes to " + TextAt(page, "/runtime");
}

std::string Holders(const json::object& page) {
  if (!page.contains("holders")) return "";
  std::string names;
  for (const json::value& holder : ArrayAt(page, "holders")) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", holder.as_string().c_str());
  }
  return fmt::format("  it is an id, so except for a pull it goes to who has it: {}\n",
                     names.empty() ? "nobody is known to, all will be asked" : names);
}

}  // namespace

std::string ExplainReport(const std::string& what, const json::object& page) {
  std::string text =
      fmt::format("{} {}\n  {}\n", what, Goes(page), TextAt(page, "/reason")) + Holders(page);
  Table table({"  #", "ROUTE", "WHY NOT"});
  int number = 0;
  for (const json::value& route : ArrayAt(page, "routes")) {
    bool decides = TextAt(route, "/decides") == "true";
    table.Add({fmt::format("  {}", ++number), TextAt(route, "/route"),
               decides ? "(decides)" : TextAt(route, "/whyNot")});
  }
  return number == 0 ? text : text + table.ToString();
}

}  // namespace crimux::ctl
