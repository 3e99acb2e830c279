#include "vmruntime/network/dhcp/dhcp_server.h"

#include <sys/stat.h>

#include <utility>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"
#include "base/process.h"
#include "vmruntime/network/dhcp/dhcp_config.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

bool SameFile(const std::filesystem::path& a, const std::filesystem::path& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::string ConfigArgument(const std::filesystem::path& work_dir) {
  return "--conf-file=" + DhcpConfigFile(work_dir).string();
}

}  // namespace

DhcpServer::DhcpServer(std::filesystem::path netns, std::filesystem::path work_dir)
    : netns_(std::move(netns)), work_dir_(std::move(work_dir)) {}

LastingProcess DhcpServer::Process() const {
  auto in_namespace = [netns = netns_](int pid) {
    return !NetnsExists(netns) ||
           SameFile(netns, std::filesystem::path("/proc") / std::to_string(pid) / "ns/net");
  };
  return {DhcpPidFile(work_dir_), "dnsmasq", ConfigArgument(work_dir_), in_namespace};
}

bool DhcpServer::Running() const { return Process().Pid().has_value(); }

void DhcpServer::Start(const std::string& config) const {
  WriteFileAtomically(DhcpConfigFile(work_dir_), config);
  FaultPoint("start.dhcp-written");
  ProcessResult result;
  RunInNetns(netns_, [&] {
    result = RunProcess({.argv = {"dnsmasq", ConfigArgument(work_dir_)}});
  });
  if (!result.Succeeded()) {
    throw Error(grpc::INTERNAL, "start DHCP server", work_dir_.string(), result.Failure());
  }
  FaultPoint("start.dhcp-started");
}

void DhcpServer::Stop() const {
  Process().Stop();
  FaultPoint("stop-pod.dhcp-stopped");
  std::error_code ignored;
  std::filesystem::remove(DhcpConfigFile(work_dir_), ignored);
}

}  // namespace crimux::vm
