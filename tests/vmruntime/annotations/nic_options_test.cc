#include "vmruntime/annotations/nic_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

NicOptions Read(const AnnotationMap& annotations, bool windows = false) {
  return ReadNicOptions(AnnotationReader(annotations), windows);
}

std::string RefusalOf(const AnnotationMap& annotations) {
  return Refusal([&] { Read(annotations); });
}

std::string RefusalOfNics(const std::string& nics) { return RefusalOf({{"crimux.io/nics", nics}}); }

TEST_CASE("cards are virtio with one queue, and e1000e for Windows, unless annotated") {
  CHECK(Read({}).all.model == NicModel::kVirtio);
  CHECK(Read({}).all.queues == 1);
  CHECK(Read({}).all.boot == NicBoot::kNever);
  CHECK(Read({}, true).all.model == NicModel::kE1000e);
  CHECK(Read({{"crimux.io/nic-model", "virtio"}}, true).all.model == NicModel::kVirtio);
  CHECK(Read({{"crimux.io/nic-model", "e1000"}}).all.model == NicModel::kE1000);
  CHECK(Read({{"crimux.io/nic-queues", "4"}}).all.queues == 4);
}

TEST_CASE("a card that is named differs from the others in what it says") {
  NicOptions options = Read({{"crimux.io/nic-queues", "4"},
                             {"crimux.io/nics",
                              "- {interface: net1, model: e1000e, mtu: 1400, boot: first}\n"
                              "- {interface: net2, queues: 2, boot: last}\n"}});
  CHECK(options.Of("eth0").queues == 4);
  CHECK(options.Of("eth0").mtu == 0);
  CHECK(options.Of("net1").model == NicModel::kE1000e);
  CHECK(options.Of("net1").queues == 1);
  CHECK(options.Of("net1").mtu == 1400);
  CHECK(options.Of("net1").boot == NicBoot::kFirst);
  CHECK(options.Of("net2").model == NicModel::kVirtio);
  CHECK(options.Of("net2").queues == 2);
  CHECK(options.Of("net2").boot == NicBoot::kLast);
}

TEST_CASE("cards are bound as the pod says, each on its own or all of them") {
  CHECK_FALSE(Read({}).all.binding);
  NicOptions options = Read({{"crimux.io/binding", "masquerade"},
                             {"crimux.io/nics",
                              "- {interface: net1, binding: bridge}\n"
                              "- {interface: net2, mtu: 1400}\n"}});
  CHECK(options.all.binding == NicBinding::kMasquerade);
  CHECK(options.Of("net1").binding == NicBinding::kBridge);
  CHECK_FALSE(options.Of("net2").binding);
  options = Read({{"crimux.io/binding", "macvtap"},
                  {"crimux.io/nics",
                   "- {interface: net1, mode: vepa}\n"
                   "- {interface: net2, binding: macvtap, mode: passthru}\n"}});
  CHECK(options.all.macvtap_mode == MacvtapMode::kBridge);
  CHECK(options.Of("net1").macvtap_mode == MacvtapMode::kVepa);
  CHECK(options.Of("net2").macvtap_mode == MacvtapMode::kPassthru);
}

TEST_CASE("bandwidth is Kubernetes' quantity of bits in a second") {
  NicOptions options = Read({{"kubernetes.io/ingress-bandwidth", "10M"}});
  CHECK(options.ingress_rate == 10'000'000);
  CHECK(options.egress_rate == 0);
  for (const char* bad : {"999", "2P", "fast"}) {
    CHECK_THAT(RefusalOf({{"kubernetes.io/egress-bandwidth", bad}}),
               Contains("kubernetes.io/egress-bandwidth"));
  }
}

TEST_CASE("each wrong word about cards is refused by name, with the reason") {
  CHECK_THAT(RefusalOf({{"crimux.io/nic-model", "ne2k"}}), Contains("crimux.io/nic-model"));
  CHECK_THAT(RefusalOf({{"crimux.io/nic-queues", "0"}}), Contains("crimux.io/nic-queues"));
  CHECK_THAT(RefusalOf({{"crimux.io/nic-queues", "2"}, {"crimux.io/nic-model", "e1000"}}),
             Contains("crimux.io/nic-queues") && Contains("only the model virtio"));
  CHECK_THAT(RefusalOfNics("net1"), Contains("it is not a list"));
  CHECK_THAT(RefusalOfNics("- {queues: 2}"), Contains("card 1 needs interface"));
  CHECK_THAT(RefusalOfNics("- {interface: a/b}"), Contains("is no name of an interface"));
  CHECK_THAT(RefusalOfNics("- {interface: much-too-long-16}"), Contains("is no name"));
  CHECK_THAT(RefusalOfNics("- {interface: a, speed: 10}"), Contains("knows no \"speed\""));
  CHECK_THAT(RefusalOfNics("- {interface: a, mtu: 500}"), Contains("between 576 and 65535"));
  CHECK_THAT(RefusalOfNics("- {interface: a, queues: 257}"), Contains("between 1 and 256"));
  CHECK_THAT(RefusalOfNics("- {interface: a, model: e1000, queues: 2}"),
             Contains("card 1 has several queues"));
  CHECK_THAT(RefusalOf({{"crimux.io/binding", "slirp"}}), Contains("crimux.io/binding"));
  CHECK_THAT(RefusalOfNics("- {interface: a, binding: nat}"), Contains("means nothing"));
  CHECK_THAT(RefusalOfNics("- {interface: a, binding: macvtap, mode: loud}"),
             Contains("means nothing"));
  CHECK_THAT(RefusalOfNics("- {interface: a, mode: vepa}"),
             Contains("card 1 has a mode; only the binding macvtap"));
  CHECK_THAT(RefusalOfNics("- {interface: a, boot: never}"), Contains("means nothing"));
  CHECK_THAT(RefusalOfNics("- {interface: a}\n- {interface: a}"), Contains("another one has"));
}

}  // namespace
}  // namespace crimux::vm
