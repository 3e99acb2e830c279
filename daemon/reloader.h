#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "config/config.h"
#include "daemon/options.h"

namespace crimux {

// Reads the config again while crimuxd runs, for SIGHUP and for the status socket, one at a time.
// systemd is told when it begins and ends, and the log what came of it.
class Reloader {
 public:
  // Changes over to a config and says what has changed; see proxy::Proxy::Reload.
  using Apply = std::function<std::string(const Config& config)>;

  explicit Reloader(const Options& options) : options_(options) {}

  // What has changed. Throws what loading and applying throw; nothing has changed then. Any thread
  // that `apply` may be called on.
  std::string Reload(const Apply& apply);

 private:
  std::string LoadAndApply(const Apply& apply);

  Options options_;
  std::mutex mutex_;  // held during a reload
};

}  // namespace crimux
