#include "daemon/reloader.h"

#include <systemd/sd-daemon.h>

#include <chrono>

#include "base/error.h"
#include "base/log.h"

namespace crimux {
namespace {

// While it lives, systemd's state of the unit is "reloading".
class TellSystemd {
 public:
  TellSystemd() {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    ::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(microseconds));
  }
  TellSystemd(const TellSystemd&) = delete;
  TellSystemd& operator=(const TellSystemd&) = delete;
  ~TellSystemd() { ::sd_notify(0, "READY=1"); }
};

}  // namespace

std::string Reloader::Reload(const Apply& apply) {
  std::lock_guard lock(mutex_);
  TellSystemd reloading;
  try {
    return LoadAndApply(apply);
  } catch (...) {
    spdlog::error("the config is not reloaded, and the old one stays: {}",
                  CurrentExceptionStatus().error_message());
    throw;
  }
}

std::string Reloader::LoadAndApply(const Apply& apply) {
  Config config = LoadConfig(options_);
  std::string changes = apply(config);
  spdlog::info("the config is reloaded: {}", changes);
  SetLogLevel(config.log_level);
  return changes;
}

}  // namespace crimux
