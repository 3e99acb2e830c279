#include "vmruntime/machine/driver_config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/owner.h"

namespace crimux::vm {
namespace {

constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

// A string of libvirt's configuration language, which knows no escape for a quote.
std::string Quoted(const std::string& value) {
  if (value.find_first_of("\"\n") != std::string::npos) {
    throw Error(kInvalid, "configure libvirt with", value, "quotes and line breaks cannot be");
  }
  return "\"" + value + "\"";
}

void MakeSearchableDir(const std::filesystem::path& dir) {
  std::filesystem::create_directories(dir);
  if (::chmod(dir.c_str(), 0711) != 0) throw SystemError(errno, "chmod", dir.string());
}

}  // namespace

std::filesystem::path DriverRoot(const VmConfig& config) {
  std::filesystem::path root = config.state_dir / "libvirt";
  if (!root.is_absolute()) {
    throw Error(kInvalid, "use stateDir", config.state_dir.string(), "it is not an absolute path");
  }
  if (root.string().size() > kMaxDriverRoot) {
    throw Error(kInvalid, "use stateDir", config.state_dir.string(),
                fmt::format("it is longer than {} bytes, so that Unix sockets below it would not "
                            "fit in a socket address",
                            kMaxDriverRoot - std::string_view("/libvirt").size()));
  }
  return root;
}

// stdio_handler: QEMU itself appends to the console log, with no virtlogd to run.
// security_driver: no SELinux or AppArmor profile comes with the embedded driver's own paths.
// cgroup_controllers: the pod's cgroup is not libvirt's to make; we move QEMU there.
// dynamic_ownership: off, or libvirt would hand stored images, which many machines share as backing
//   files, to QEMU's user, and a guest that broke out of one QEMU could rewrite them all.
// max_core, dump_guest_core: a guest's memory holds its secrets; it never goes to a core file.
// swtpm_user: QEMU connects to swtpm's socket, which only its owner may.
// max_processes is left alone: the limit counts all processes of the user, that is all machines.
std::string QemuConf(const VmConfig& config) {
  return fmt::format(
      "# Written by crimuxd at every start.\n"
      "user = {0}\n"
      "group = {1}\n"
      "dynamic_ownership = 0\n"
      "remember_owner = 0\n"
      "stdio_handler = \"file\"\n"
      "security_driver = \"none\"\n"
      "cgroup_controllers = [ ]\n"
      "seccomp_sandbox = 1\n"
      "set_process_name = 1\n"
      "max_core = 0\n"
      "dump_guest_core = 0\n"
      "swtpm_user = {0}\n"
      "swtpm_group = {1}\n",
      Quoted(config.qemu_user), Quoted(config.qemu_group));
}

void PrepareDriverRoot(const VmConfig& config) {
  std::filesystem::path root = DriverRoot(config);
  FindOwner(config.qemu_user, config.qemu_group);
  MakeSearchableDir(config.state_dir);
  MakeSearchableDir(root);
  MakeSearchableDir(root / "etc");
  WriteFileAtomically(root / "etc/qemu.conf", QemuConf(config));
}

}  // namespace crimux::vm
