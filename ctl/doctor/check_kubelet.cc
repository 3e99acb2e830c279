#include <fmt/format.h>

#include <system_error>

#include "ctl/doctor/checks.h"

namespace crimux::ctl {
namespace {

// What the kubelet takes when nothing is said.
constexpr char kDefaultEndpoint[] = "unix:///run/containerd/containerd.sock";

std::filesystem::path Resolved(const Host& host, const std::string& endpoint) {
  std::string path = endpoint.starts_with("unix://") ? endpoint.substr(7) : endpoint;
  std::error_code unresolved;
  auto real = std::filesystem::weakly_canonical(host.At(path), unresolved);
  return unresolved ? host.At(path) : real;
}

bool IsCrimux(const Patient& patient, const std::string& endpoint) {
  return Resolved(patient.host, endpoint) == Resolved(patient.host, patient.config.listen.string());
}

std::string Remedy(const Patient& patient) {
  return fmt::format(
      "set containerRuntimeEndpoint: unix://{} in the kubelet's config, take other endpoints out "
      "of "
      "its flags (/var/lib/kubelet/kubeadm-flags.env, systemctl cat kubelet), and restart it",
      patient.config.listen.string());
}

Finding Endpoint(const Patient& patient) {
  const KubeletSettings& kubelet = *patient.kubelet;
  Setting setting = kubelet.runtime_endpoint.value_or(Setting{kDefaultEndpoint, "its default"});
  std::string what =
      fmt::format("the kubelet (pid {}) uses {} ({})", kubelet.pid, setting.value, setting.source);
  if (IsCrimux(patient, setting.value)) return {Verdict::kOk, "kubelet", what};
  return {Verdict::kFailed, "kubelet",
          fmt::format("{}, not unix://{}", what, patient.config.listen.string()), Remedy(patient)};
}

}  // namespace

Findings CheckKubelet(const Patient& patient) {
  if (!patient.kubelet) {
    return {{Verdict::kSkipped, "kubelet",
             "no process named kubelet runs here (k3s and its like have it inside)"}};
  }
  Findings findings{Endpoint(patient)};
  if (!patient.kubelet->fault.empty()) {
    findings.push_back({Verdict::kWarning, "kubelet", patient.kubelet->fault,
                        "what is said above may not be all: look at the file"});
  }
  const auto& images = patient.kubelet->image_endpoint;
  if (images && !images->value.empty() && !IsCrimux(patient, images->value)) {
    findings.push_back(
        {Verdict::kFailed, "kubelet",
         fmt::format("it asks {} for images ({}), past crimux", images->value, images->source),
         "take that setting out, and restart the kubelet"});
  }
  return findings;
}

}  // namespace crimux::ctl
