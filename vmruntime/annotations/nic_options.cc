#include "vmruntime/annotations/nic_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/annotations/yaml_fields.h"
#include "vmruntime/machine/domain/nic_words.h"

namespace crimux::vm {
namespace {

constexpr size_t kMostNics = 32;
constexpr unsigned kMostQueues = 256;  // a tap's
constexpr unsigned kLeastMtu = 576;    // what every IPv4 host must take
constexpr unsigned kMostMtu = 65535;
constexpr size_t kLongestLinkName = 15;

constexpr Words<NicBinding, 3> kBindingWords{{{"bridge", NicBinding::kBridge},
                                              {"masquerade", NicBinding::kMasquerade},
                                              {"macvtap", NicBinding::kMacvtap}}};
constexpr Words<MacvtapMode, 4> kModeWords{{{"bridge", MacvtapMode::kBridge},
                                            {"private", MacvtapMode::kPrivate},
                                            {"vepa", MacvtapMode::kVepa},
                                            {"passthru", MacvtapMode::kPassthru}}};

bool IsInterfaceName(const std::string& name) {
  return name.size() <= kLongestLinkName && name.find_first_of("/ \t\n") == std::string::npos;
}

NicOption ReadAll(const AnnotationReader& reader, bool windows) {
  NicOption all;
  all.model = reader.Choice(annotation::kNicModel, kNicWords)
                  .value_or(windows ? NicModel::kE1000e : NicModel::kVirtio);
  all.queues = static_cast<unsigned>(
      reader.Integer(annotation::kNicQueues, 1, kMostQueues).value_or(all.queues));
  all.binding = reader.Choice(annotation::kBinding, kBindingWords);
  if (all.queues > 1 && all.model != NicModel::kVirtio) {
    reader.Refuse(annotation::kNicQueues, "only the model virtio has more than one");
  }
  return all;
}

// Of a macvtap, by its own binding or that of all.
void ReadMode(const YamlFields& fields, const NicOption& all, NicOption& nic) {
  auto mode = fields.Choice("mode", kModeWords);
  if (!mode) return;
  if ((nic.binding ? nic.binding : all.binding) != NicBinding::kMacvtap) {
    fields.Refuse("has a mode; only the binding macvtap can");
  }
  nic.macvtap_mode = *mode;
}

NicOption ReadOne(const YamlFields& fields, const NicOption& all) {
  NicOption nic = all;
  nic.interface = fields.RequiredText("interface");
  if (!IsInterfaceName(nic.interface)) {
    fields.RefuseValue("interface", nic.interface, "is no name of an interface");
  }
  nic.model = fields.Choice("model", kNicWords).value_or(all.model);
  // What holds for all cards is for those that can.
  unsigned by_default = nic.model == NicModel::kVirtio ? all.queues : 1;
  nic.queues = fields.Number("queues", 1, kMostQueues).value_or(by_default);
  if (nic.queues > 1 && nic.model != NicModel::kVirtio) {
    fields.Refuse("has several queues; only the model virtio can");
  }
  nic.mtu = fields.Number("mtu", kLeastMtu, kMostMtu).value_or(0);
  nic.binding = fields.Choice("binding", kBindingWords);
  ReadMode(fields, all, nic);
  nic.boot = fields.Choice("boot", kNicBootWords).value_or(NicBoot::kNever);
  return nic;
}

// Kubernetes' bounds.
uint64_t ReadRate(const AnnotationReader& reader, const Annotation& annotation) {
  auto rate = reader.Bytes(annotation);
  if (rate && (*rate < 1000 || *rate > 1'000'000'000'000'000)) {
    reader.Refuse(annotation, "it is not between 1k and 1P");
  }
  return rate.value_or(0);
}

}  // namespace

const NicOption& NicOptions::Of(const std::string& interface) const {
  auto found = std::ranges::find(named, interface, &NicOption::interface);
  return found == named.end() ? all : *found;
}

NicOptions ReadNicOptions(const AnnotationReader& reader, bool windows) {
  NicOptions options{.all = ReadAll(reader, windows), .named = {}};
  options.ingress_rate = ReadRate(reader, annotation::kIngressBandwidth);
  options.egress_rate = ReadRate(reader, annotation::kEgressBandwidth);
  for (const YAML::Node& node : YamlList(reader, annotation::kNics, kMostNics)) {
    YamlFields fields(reader, annotation::kNics, node,
                      fmt::format("card {}", options.named.size() + 1),
                      {"interface", "model", "queues", "mtu", "boot", "binding", "mode"});
    NicOption nic = ReadOne(fields, options.all);
    if (std::ranges::count(options.named, nic.interface, &NicOption::interface) != 0) {
      fields.RefuseValue("interface", nic.interface, "another one has, too");
    }
    options.named.push_back(std::move(nic));
  }
  return options;
}

}  // namespace crimux::vm
