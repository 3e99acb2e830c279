#include "ctl/doctor/runtime_classes.h"

#include "base/error.h"
#include "base/process.h"

namespace crimux::ctl {
namespace {

std::filesystem::path FindKubeconfig(const Host& host, const std::string& kubeconfig) {
  if (!kubeconfig.empty()) return kubeconfig;
  for (const char* usual : {"/etc/kubernetes/admin.conf", "/etc/kubernetes/kubelet.conf"}) {
    if (std::filesystem::exists(host.At(usual))) return host.At(usual);
  }
  throw Error(grpc::StatusCode::NOT_FOUND, "ask API server", "",
              "no kubeconfig: neither KUBECONFIG nor /etc/kubernetes/{admin,kubelet}.conf");
}

}  // namespace

std::string AskRuntimeClasses(const Host& host, const std::string& kubeconfig) {
  std::filesystem::path kubectl = host.FindProgram("kubectl");
  if (kubectl.empty()) {
    throw Error(grpc::StatusCode::NOT_FOUND, "ask API server", "", "there is no kubectl here");
  }
  std::filesystem::path config = FindKubeconfig(host, kubeconfig);
  ProcessResult result =
      RunProcess({.argv = {host.At(kubectl).string(), "--kubeconfig", config.string(),
                           "--request-timeout=5s", "get", "runtimeclasses", "-o", "json"},
                  .timeout = std::chrono::seconds(15)});
  if (result.Succeeded()) return result.out;
  throw Error(grpc::StatusCode::UNAVAILABLE, "ask API server with", config.string(),
              result.Failure());
}

}  // namespace crimux::ctl
