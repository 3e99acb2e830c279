#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "vmruntime/image/sandbox.h"

namespace crimux::vm {

// qemu-img, sandboxed, at work on one disk image for one operation.
class QemuImg {
 public:
  // `operation` and `shown` are what errors name.
  QemuImg(std::string_view operation, const std::string& shown, const VmConfig& config,
          std::stop_token stop)
      : operation_(operation), shown_(shown), config_(config), stop_(std::move(stop)) {}

  // `on_output` takes what it says, instead of the result. Throws Error: CANCELLED by the stop
  // token, INTERNAL when there is no qemu-img.
  ProcessResult Run(const std::vector<std::string>& arguments, const SandboxLimits& limits = {},
                    std::function<void(std::string_view)> on_output = nullptr) const {
    std::vector<std::string> argv = {"qemu-img"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ProcessSpec spec = Sandboxed(argv, limits, config_, stop_);
    spec.on_output = std::move(on_output);
    ProcessResult result = RunProcess(spec);
    if (result.was_cancelled) {
      throw Error(grpc::StatusCode::CANCELLED, operation_, shown_, "cancelled");
    }
    RequireInstalled(result, "qemu-img");
    return result;
  }

  // FAILED_PRECONDITION for what it says.
  Error Refusal(const std::string& why) const {
    return {grpc::StatusCode::FAILED_PRECONDITION, operation_, shown_, "qemu-img: " + why};
  }

 private:
  const std::string operation_;
  const std::string shown_;
  const VmConfig& config_;
  std::stop_token stop_;
};

}  // namespace crimux::vm
