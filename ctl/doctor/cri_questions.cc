#include "ctl/doctor/cri_questions.h"

#include "base/error.h"
#include "ctl/cri/client.h"
#include "ctl/report/json_view.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;
using runtime::v1::CgroupDriver;

constexpr std::chrono::seconds kPatience{5};

CriClient Connect(const Host& host, const std::string& endpoint) {
  std::string path = endpoint.starts_with("unix://") ? endpoint.substr(7) : endpoint;
  return CriClient("unix://" + host.At(path).string());
}

runtime::v1::StatusResponse VerboseStatus(CriClient& client) {
  runtime::v1::StatusRequest request;
  request.set_verbose(true);
  return client.Call(&RuntimeStub::Status, request, {"Status", "", kPatience});
}

// The options of containerd's default runtime.
std::string FromContainerdConfig(const std::string& text) {
  json::error_code fault;
  json::value config = json::parse(text, fault);
  if (fault.failed() || !config.is_object()) return "";
  std::string name = TextAt(config, "/containerd/defaultRuntimeName");
  std::string pointer = "/containerd/runtimes/" + name + "/options/SystemdCgroup";
  std::string systemd = TextAt(config, pointer.c_str());
  if (systemd == "true") return "systemd";
  bool is_runc = TextAt(config, ("/containerd/runtimes/" + name + "/runtimeType").c_str()) ==
                 "io.containerd.runc.v2";
  return systemd == "false" || is_runc ? "cgroupfs" : "";
}

}  // namespace

std::string DirectQuestions::CgroupDriver(const std::string& endpoint) {
  CriClient client = Connect(host_, endpoint);
  try {
    auto config = client.Call(&RuntimeStub::RuntimeConfig, runtime::v1::RuntimeConfigRequest(),
                              {"RuntimeConfig", "", kPatience});
    if (!config.has_linux()) return "";
    return config.linux().cgroup_driver() == CgroupDriver::SYSTEMD ? "systemd" : "cgroupfs";
  } catch (const Error& e) {
    if (e.code() != grpc::StatusCode::UNIMPLEMENTED) throw;
  }
  auto status = VerboseStatus(client);
  auto config = status.info().find("config");
  return config == status.info().end() ? "" : FromContainerdConfig(config->second);
}

std::vector<std::string> DirectQuestions::Handlers(const std::string& endpoint) {
  CriClient client = Connect(host_, endpoint);
  auto status =
      client.Call(&RuntimeStub::Status, runtime::v1::StatusRequest(), {"Status", "", kPatience});
  std::vector<std::string> handlers;
  for (const auto& handler : status.runtime_handlers()) handlers.push_back(handler.name());
  return handlers;
}

}  // namespace crimux::ctl
