#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {

std::string OwnersReport(const boost::json::object& page) {
  Table table({"KIND", "ID", "RUNTIME"});
  for (const boost::json::value& owner : ArrayAt(page, "owners")) {
    table.Add({TextAt(owner, "/kind"), TextAt(owner, "/id"), TextAt(owner, "/runtime")});
  }
  return table.ToString();
}

}  // namespace crimux::ctl
