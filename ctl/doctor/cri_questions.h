#pragma once

#include "ctl/doctor/patient.h"

namespace crimux::ctl {

// Asks the runtimes themselves, past crimux, each within a few seconds.
class DirectQuestions final : public CriQuestions {
 public:
  explicit DirectQuestions(const Host& host) : host_(host) {}

  // From RuntimeConfig; where a runtime lacks that, as containerd 1.x does, from the config that
  // its verbose Status shows.
  std::string CgroupDriver(const std::string& endpoint) override;
  std::vector<std::string> Handlers(const std::string& endpoint) override;

 private:
  const Host& host_;
};

}  // namespace crimux::ctl
