#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "ctl/commands.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

constexpr std::chrono::seconds kWatchInterval{1};
constexpr const char* kClearScreen = "\033[H\033[2J";

std::string Look(const StatusOptions& options) {
  std::string text = GetOverSocket(options.socket, "/images");
  return options.WantsJson() ? text : ImagesReport(ParsePage("images", text));
}

void Show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Until somebody interrupts it, or crimuxd is gone. A terminal is drawn anew each time; else one
// picture follows another (JSON: one a line).
[[noreturn]] void Watch(const StatusOptions& options) {
  bool table = !options.WantsJson();
  bool terminal = table && ::isatty(STDOUT_FILENO) == 1;
  for (bool first = true;; first = false) {
    std::string text = Look(options);
    const char* start = table && !first ? "\n" : "";
    Show((terminal ? kClearScreen : start) + text);
    std::this_thread::sleep_for(kWatchInterval);
  }
}

}  // namespace

void AddImages(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("images", "Show the VM runtime's images, and pulls that are under way");
  auto options = AddStatusOptions(command);
  auto watch = std::make_shared<bool>(false);
  command->add_flag("-w,--watch", *watch, "Again every second, until interrupted");
  command->callback([options, watch] {
    if (*watch) Watch(*options);
    Show(Look(*options));
  });
}

}  // namespace crimux::ctl
