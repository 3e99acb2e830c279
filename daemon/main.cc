#include <malloc.h>
#include <systemd/sd-daemon.h>

#include <cstdio>
#include <exception>

#include "base/log.h"
#include "daemon/backends.h"
#include "daemon/options.h"
#include "daemon/reloader.h"
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

// What goes wrong is in the log.
void ReloadOnSignal(Reloader& reloader, proxy::Proxy& proxy) {
  try {
    reloader.Reload([&](const Config& config) { return proxy.Reload(config); });
  } catch (const std::exception&) {
  }
}

// An arena of its own for each thread that libvirt starts for a VM keeps what it once had: 200 KiB
// for each VM more than two for all.
void HoldMemory() { ::mallopt(M_ARENA_MAX, 2); }

void Serve(const Options& options) {
  Config config = LoadConfig(options);
  SetUpLog(config.log_level);
  Backends backends(config);
  Reloader reloader(options);
  proxy::Proxy proxy(config, backends.Services(),
                     [&](const Reloader::Apply& apply) { return reloader.Reload(apply); });
  SignalThread signals({.stop =
                            [&] {
                              spdlog::info("stopping");
                              ::sd_notify(0, "STOPPING=1");
                              proxy.Stop();
                            },
                        .reload = [&] { ReloadOnSignal(reloader, proxy); }});
  spdlog::info("listening on {}", config.listen.string());
  ::sd_notify(0, "READY=1");
  proxy.Run();
  spdlog::info("stopped");
}

int Main(int argc, char** argv) {
  HoldMemory();
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
