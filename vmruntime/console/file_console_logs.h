#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/io/io_thread.h"
#include "vmruntime/console/console_copy.h"
#include "vmruntime/console/console_log.h"
#include "vmruntime/console/file_watcher.h"
#include "vmruntime/console/follower.h"

namespace crimux::vm {

// ConsoleLogs over files. Beyond the contract:
// - Follow of an id that is already followed has no effect. The folder of `source` must be there;
//   that of `log` is created when it isn't.
// - Finish waits as long as the copying goes on; after an error it tries on for RetryPolicy::at_end
//   and then logs how much was left. That stays in the source: Follow and Finish copy it later.
// Destroying it is like a crash: whatever comes later goes on from the checkpoints. No call may
// still be running then.
class FileConsoleLogs final : public ConsoleLogs {
 public:
  // Throws Error.
  explicit FileConsoleLogs(RetryPolicy retry = {});
  ~FileConsoleLogs() override;

  void Follow(const ConsoleLogSpec& spec) override;
  void Finish(const std::string& container_id) override;
  void Forget(const std::string& container_id) override;
  void Reopen(const std::string& container_id) override;

 private:
  const RetryPolicy retry_;
  IoThread thread_;
  // Used on the thread only.
  FileWatcher watcher_;
  CopyBuffers buffers_;
  std::map<std::string, std::shared_ptr<Follower>> followers_;
};

}  // namespace crimux::vm
