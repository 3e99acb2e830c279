#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "ctl/commands.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

// Only those whose ids begin with one of `ids`; all without any. Throws Error (NOT_FOUND) for a
// beginning that none has.
json::object Chosen(const json::object& page, const std::vector<std::string>& ids) {
  if (ids.empty()) return page;
  json::array chosen;
  for (const std::string& id : ids) {
    size_t before = chosen.size();
    for (const json::value& owner : ArrayAt(page, "owners")) {
      if (TextAt(owner, "/id").starts_with(id)) chosen.push_back(owner);
    }
    if (chosen.size() == before) {
      throw Error(grpc::StatusCode::NOT_FOUND, "find owner of", id,
                  "no sandbox or container with such an id is known yet");
    }
  }
  return {{"owners", std::move(chosen)}};
}

}  // namespace

void AddOwners(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("owners", "Show which runtime a sandbox or container belongs to");
  auto options = AddStatusOptions(command);
  auto ids = std::make_shared<std::vector<std::string>>();
  command->add_option("ID", *ids, "Beginnings of ids; default: all that are known");
  command->callback([options, ids] {
    json::object page = ParsePage("owners", GetOverSocket(options->socket, "/owners"));
    page = Chosen(page, *ids);
    std::string text = options->WantsJson() ? json::serialize(page) + "\n" : OwnersReport(page);
    std::fputs(text.c_str(), stdout);
  });
}

}  // namespace crimux::ctl
