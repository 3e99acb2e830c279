#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/machine/domain/nic_spec.h"
#include "vmruntime/network/spec/nic_binding.h"

namespace crimux::vm {

// What one network card is to be.
struct NicOption {
  std::string interface;  // the pod's interface that it stands for
  NicModel model = NicModel::kVirtio;
  unsigned queues = 1;
  uint32_t mtu = 0;                                  // 0: the interface's
  std::optional<NicBinding> binding = std::nullopt;  // absent: as all cards, or the default
  MacvtapMode macvtap_mode = MacvtapMode::kBridge;   // of the binding macvtap
  NicBoot boot = NicBoot::kNever;
};

struct NicOptions {
  // Of all interfaces that are not named.
  NicOption all;
  std::vector<NicOption> named;
  // Bits per second; 0: no limit.
  uint64_t ingress_rate = 0;
  uint64_t egress_rate = 0;

  const NicOption& Of(const std::string& interface) const;
};

NicOptions ReadNicOptions(const AnnotationReader& reader, bool windows);

}  // namespace crimux::vm
