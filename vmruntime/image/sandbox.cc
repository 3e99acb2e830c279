#include "vmruntime/image/sandbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"

namespace crimux::vm {
namespace {

// As prlimit and setpriv exit when they can't find what they are to run.
constexpr int kNotFound = 127;

}  // namespace

ProcessSpec Sandboxed(const std::vector<std::string>& argv, const SandboxLimits& limits,
                      const VmConfig& config, std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = {"prlimit",
               fmt::format("--as={}", limits.memory),
               fmt::format("--cpu={}", limits.cpu.count()),
               fmt::format("--fsize={}", limits.file_size),
               "--core=0",
               "setpriv",
               "--no-new-privs",
               "--pdeathsig",
               "KILL"};
  if (::geteuid() == 0) {
    spec.argv.insert(spec.argv.end(),
                     {"--reuid", config.qemu_user, "--regid", config.qemu_group, "--clear-groups"});
  }
  spec.argv.insert(spec.argv.end(), argv.begin(), argv.end());
  spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"};
  spec.timeout = limits.wall;
  spec.cancelled = std::move(stop);
  return spec;
}

void RequireInstalled(const ProcessResult& result, const std::string& program) {
  if (result.exit_code != kNotFound) return;
  throw Error(grpc::StatusCode::INTERNAL, "run", program, "it is not installed");
}

}  // namespace crimux::vm
