#include <systemd/sd-daemon.h>

#include <cstdio>
#include <exception>

#include "base/log.h"
#include "daemon/backends.h"
#include "daemon/options.h"
#include "daemon/signals.h"
#include "proxy/proxy.h"

namespace crimux {
namespace {

constexpr int kFailed = 1;
constexpr int kBadConfig = 2;

int CheckConfig(const Options& options) {
  try {
    LoadConfig(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return kBadConfig;
  }
  std::puts("ok");
  return 0;
}

// Says whether the file would do. Nothing is changed while running.
void TryReload(const Options& options) {
  try {
    LoadConfig(options);
    spdlog::warn("SIGHUP: the config is right and takes effect with the next start");
  } catch (const std::exception& e) {
    spdlog::error("SIGHUP: the config is refused: {}", e.what());
  }
}

void Serve(const Options& options) {
  Config config = LoadConfig(options);
  SetUpLog(config.log_level);
  Backends backends(config);
  proxy::Proxy proxy(config, backends.Handlers());
  SignalThread signals({.stop =
                            [&] {
                              spdlog::info("stopping");
                              ::sd_notify(0, "STOPPING=1");
                              proxy.Stop();
                            },
                        .reload = [&] { TryReload(options); }});
  spdlog::info("listening on {}", config.listen.string());
  ::sd_notify(0, "READY=1");
  proxy.Run();
  spdlog::info("stopped");
}

int Main(int argc, char** argv) {
  Options options = ParseOptions(argc, argv);
  if (options.check_config) return CheckConfig(options);
  BlockSignals();
  try {
    Serve(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "crimuxd: %s\n", e.what());
    return kFailed;
  }
  return 0;
}

}  // namespace
}  // namespace crimux

int main(int argc, char** argv) { return crimux::Main(argc, argv); }
