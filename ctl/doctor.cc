#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "ctl/commands.h"
#include "ctl/doctor/checks.h"
#include "ctl/doctor/cri_questions.h"
#include "ctl/doctor/doctor_report.h"
#include "ctl/doctor/kvm_probe.h"
#include "ctl/doctor/runtime_classes.h"
#include "ctl/report/json_view.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

constexpr int kSomethingFailed = 1;
constexpr char kUsualConfig[] = "/etc/crimux/crimux.yaml";
constexpr char kUsualPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct DoctorOptions {
  std::string root = "/";
  std::string config;
  std::string kubeconfig;
  // Empty: the config's.
  std::string socket;
  std::string output = "table";
  bool json = false;
};

// The config that crimuxd runs with: what was asked for, its own --config, the usual file.
std::string FindConfig(const Host& host, const std::string& asked) {
  if (!asked.empty()) return asked;
  for (const HostProcess& process : FindProcesses(host, "crimuxd")) {
    if (auto file = process.Flag("--config")) return *file;
  }
  return std::filesystem::exists(host.At(kUsualConfig)) ? kUsualConfig : "";
}

void AskDaemon(const std::filesystem::path& socket, Patient* patient) {
  try {
    patient->status = ParsePage("status", GetOverSocket(socket, "/status"));
    patient->calls = ParsePage("calls", GetOverSocket(socket, "/calls"));
  } catch (const Error& e) {
    patient->status_error = e.what();
  }
}

Findings Examine(const DoctorOptions& options) {
  const char* path = std::getenv("PATH");
  Host host(options.root, path == nullptr ? kUsualPath : std::string(path) + ":" + kUsualPath);
  std::string file = FindConfig(host, options.config);
  Config config;
  try {
    config = file.empty() ? DefaultConfig() : LoadConfig(host.At(file));
  } catch (const Error& e) {
    return {{Verdict::kFailed, "config", e.what(), "correct it, then ask again"}};
  }
  DirectQuestions cri(host);
  Patient patient{.host = host,
                  .config = config,
                  .config_source = file.empty() ? "no file, the defaults" : file,
                  .kubelet = ReadKubeletSettings(host),
                  .cri = cri,
                  .kvm_fault = [&] { return ProbeKvm(host.At("/dev/kvm")); },
                  .runtime_classes = [&] { return AskRuntimeClasses(host, options.kubeconfig); }};
  AskDaemon(options.socket.empty() ? host.At(config.status).string() : options.socket, &patient);
  return RunAllChecks(patient);
}

}  // namespace

void AddDoctor(CLI::App& app) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      app.add_subcommand("doctor", "Look whether this node is set up well, and say what to do");
  command->add_option("--root", options->root, "Where the node's file system is mounted")
      ->capture_default_str();
  command
      ->add_option("--config", options->config,
                   "crimuxd's config; default: what the running crimuxd was told, else "
                   "/etc/crimux/crimux.yaml")
      ->type_name("FILE");
  command->add_option("--socket", options->socket, "crimuxd's status socket; default: the config's")
      ->envname("CRIMUX_STATUS_SOCKET")
      ->type_name("PATH");
  command
      ->add_option("--kubeconfig", options->kubeconfig,
                   "For kubectl; default: /etc/kubernetes/admin.conf or kubelet.conf")
      ->envname("KUBECONFIG")
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  command->add_flag("--json", options->json, "The same as -o json");
  command->callback([options] {
    Findings findings = Examine(*options);
    bool json = options->json || options->output == "json";
    std::string text = json ? DoctorJson(findings) : DoctorReport(findings);
    std::fputs(text.c_str(), stdout);
    if (HasFailure(findings)) throw CLI::RuntimeError(kSomethingFailed);
  });
}

}  // namespace crimux::ctl
