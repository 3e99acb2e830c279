#include <cstdio>
#include <memory>

#include "ctl/commands.h"
#include "ctl/pod_list.h"

namespace crimux::ctl {

void AddPs(CLI::App& app, const Common& common) {
  auto output = std::make_shared<std::string>("table");
  CLI::App* command = app.add_subcommand("ps", "List the pods and their containers");
  command->add_option("-o,--output", *output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  command->callback([output, &common] {
    CriClient client(common.endpoint);
    std::vector<ListedPod> pods = ListPods(client);
    auto now = std::chrono::system_clock::now().time_since_epoch();
    std::string text = *output == "json" ? PodJson(pods) : PodTable(pods, now);
    std::fputs(text.c_str(), stdout);
  });
}

}  // namespace crimux::ctl
