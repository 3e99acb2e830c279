#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "config/config.h"
#include "ctl/doctor/finding.h"
#include "ctl/doctor/host.h"
#include "ctl/doctor/kubelet_settings.h"

namespace crimux::ctl {

// Questions to a CRI socket of the host. Each throws Error.
class CriQuestions {
 public:
  virtual ~CriQuestions() = default;
  // "systemd" or "cgroupfs"; empty when the runtime doesn't tell.
  virtual std::string CgroupDriver(const std::string& endpoint) = 0;
  // RuntimeClass handlers that it offers; empty also when it doesn't tell.
  virtual std::vector<std::string> Handlers(const std::string& endpoint) = 0;
};

// All that the checks look at; it outlives them.
struct Patient {
  const Host& host;
  // crimuxd's, and where it stands: a file, or "no file".
  const Config& config;
  std::string config_source;
  std::optional<KubeletSettings> kubelet;
  CriQuestions& cri;
  // GET /status and /calls; empty when crimuxd doesn't answer, which `status_error` explains.
  std::optional<boost::json::object> status;
  std::optional<boost::json::object> calls;
  std::string status_error;
  // Why a VM can't be made with /dev/kvm; empty when it can.
  std::function<std::string()> kvm_fault;
  // The cluster's RuntimeClasses, as kubectl prints them as JSON. Throws Error when there is no way
  // to ask.
  std::function<std::string()> runtime_classes;

  // nullptr when there is none.
  const RuntimeConfig* VmRuntime() const {
    for (const RuntimeConfig& runtime : config.runtimes) {
      if (runtime.vm) return &runtime;
    }
    return nullptr;
  }
};

}  // namespace crimux::ctl
