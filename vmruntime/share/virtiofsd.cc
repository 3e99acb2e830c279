#include "vmruntime/share/virtiofsd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/fd.h"
#include "base/fresh_thread.h"
#include "vmruntime/share/share_tree.h"
#include "vmruntime/share/user_namespace.h"

namespace crimux::vm {
namespace {

UniqueFd Listen(const std::filesystem::path& path, unsigned uid, unsigned gid) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string text = path.string();
  if (text.size() >= sizeof(address.sun_path)) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use Unix socket", text,
                "the path is longer than a socket address can be");
  }
  text.copy(address.sun_path, text.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  if (!socket ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chown(path.c_str(), uid, gid) != 0 || ::listen(socket.get(), 1) != 0) {
    throw SystemError(errno, "listen at", text);
  }
  return socket;
}

std::string SourceOption(const std::filesystem::path& tree) { return "source=" + tree.string(); }

}  // namespace

Virtiofsd::Virtiofsd(std::filesystem::path program, std::filesystem::path work_dir)
    : program_(std::move(program)), work_dir_(std::move(work_dir)) {}

LastingProcess Virtiofsd::Process() const {
  return {work_dir_ / "virtiofsd.pid", "virtiofsd", SourceOption(Tree())};
}

std::optional<int> Virtiofsd::Pid() const { return Process().Pid(); }

void Virtiofsd::Stop() const { Process().Stop(); }

// announce_submounts: the guest sees where one mount ends, so that equal inode numbers of two file
// systems don't pass for one file. rlimit-nofile=0: leave the limit, which root of a user namespace
// may not raise.
void Virtiofsd::Start(const std::filesystem::path& socket, unsigned uid, unsigned gid,
                      const std::vector<SharedMount>& mounts) const {
  Stop();
  std::error_code error;
  std::filesystem::create_directory(Tree(), error);
  if (error) throw SystemError(error.value(), "create directory", Tree().string());
  UniqueFd listener = Listen(socket, uid, gid);
  FaultPoint("start.share-listens");
  try {
    RunOnFreshThread([&] {
      EnterPrivateMounts();
      MakeShareTree(Tree(), mounts);
      FaultPoint("start.share-made");
      StartInUserNamespace({.argv = {program_.string(), "-f", "--fd=3", "--rlimit-nofile=0", "-o",
                                     SourceOption(Tree()), "-o", "announce_submounts"},
                            .fd = listener.get(),
                            .pid_file = work_dir_ / "virtiofsd.pid",
                            .log = work_dir_ / "virtiofsd.log"});
    });
  } catch (...) {
    Stop();
    ::unlink(socket.c_str());
    throw;
  }
}

}  // namespace crimux::vm
