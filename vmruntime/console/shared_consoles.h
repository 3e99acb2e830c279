#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "vmruntime/console/console_log.h"
#include "vmruntime/console/shared_console.h"

namespace crimux::vm {

// The consoles of all running machines, for attach, beside what makes them logs: a console is
// shared for as long as it is followed.
class SharedConsoles final : public ConsoleLogs {
 public:
  // `io` is run by one thread, and is stopped before this object is destroyed.
  SharedConsoles(ConsoleLogs& logs, boost::asio::io_context& io, size_t scrollback)
      : logs_(logs), io_(io), scrollback_(scrollback) {}

  // ConsoleLogs. Any thread.
  void Follow(const ConsoleLogSpec& spec) override;
  void Finish(const std::string& container_id) override;
  void Forget(const std::string& container_id) override;
  void Reopen(const std::string& container_id) override { logs_.Reopen(container_id); }

  // Null when the machine doesn't run. On the io thread.
  std::shared_ptr<SharedConsole> Find(const std::string& container_id) const;

 private:
  void End(const std::string& container_id);

  ConsoleLogs& logs_;
  boost::asio::io_context& io_;
  const size_t scrollback_;
  std::map<std::string, std::shared_ptr<SharedConsole>> consoles_;  // on the io thread
};

}  // namespace crimux::vm
