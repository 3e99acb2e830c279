#include "vmruntime/machine/tpm_state.h"

#include <absl/cleanup/cleanup.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/owner.h"
#include "base/process.h"
#include "vmruntime/machine/driver_config.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

void Check(int result, const fs::path& path) {
  if (result != 0) throw SystemError(errno, "make TPM state", path.string());
}

void MakeSearchable(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw SystemError(error.value(), "make TPM state", path.string());
  Check(::chmod(path.c_str(), 0711), path);
}

void RunSetup(const VmConfig& config, const fs::path& folder) {
  ProcessResult result =
      RunProcess({.argv = {"swtpm_setup", "--tpm2", "--tpm-state", folder.string(), "--createek",
                           "--pcr-banks", "sha256", "--runas", config.qemu_user}});
  if (result.Succeeded()) return;
  throw Error(grpc::StatusCode::INTERNAL, "make TPM state", folder.string(),
              "swtpm_setup: " + result.Failure());
}

}  // namespace

fs::path TpmState(const VmConfig& config, const std::string& uuid) {
  return DriverRoot(config) / "lib/swtpm" / uuid;
}

void PrepareTpmState(const VmConfig& config, const std::string& uuid) {
  const fs::path home = TpmState(config, uuid);
  if (fs::exists(home / "tpm2")) return;
  const fs::path fresh = home / "tpm2.new";
  std::error_code ignored;
  absl::Cleanup remove = [&] { fs::remove_all(home, ignored); };
  fs::remove_all(fresh, ignored);
  MakeSearchable(home.parent_path());
  MakeSearchable(home);
  MakeSearchable(fresh);
  SetOwner(fresh, FindOwner(config.qemu_user, config.qemu_group));
  Check(::chmod(fresh.c_str(), 0700), fresh);
  FaultPoint("create.tpm-begun");
  RunSetup(config, fresh);
  FaultPoint("create.tpm-written");
  Check(::rename(fresh.c_str(), (home / "tpm2").c_str()), fresh);
  std::move(remove).Cancel();
}

}  // namespace crimux::vm
