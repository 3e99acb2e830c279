#include "vmruntime/annotations/share_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

ShareOptions Read(const AnnotationMap& annotations) {
  return ReadShareOptions(AnnotationReader(annotations));
}

TEST_CASE("mounts come by virtiofs unless the pod says otherwise") {
  CHECK(Read({}).mode == ShareMode::kVirtiofs);
  CHECK(Read({{"crimux.io/shares", "9p"}}).mode == ShareMode::k9p);
  CHECK(Read({{"crimux.io/shares", "none"}}).mode == ShareMode::kNone);
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/shares", "nfs"}});
             }),
             Contains("crimux.io/shares") && Contains("virtiofs, 9p, none"));
}

TEST_CASE("Virtlet's annotation for the owner of mounts asks for 9p, as Virtlet had it") {
  ShareOptions options = Read({{"VirtletChown9pfsMounts", "true"}});
  CHECK(options.chown);
  CHECK(options.mode == ShareMode::k9p);
  CHECK(Read({{"VirtletChown9pfsMounts", "yes"}}).mode == ShareMode::kVirtiofs);
}

TEST_CASE("an owner for virtiofs is refused: its files keep theirs") {
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/shares-chown", "true"}, {"crimux.io/shares", "virtiofs"}});
             }),
             Contains("crimux.io/shares-chown") && Contains("9p alone"));
}

}  // namespace
}  // namespace crimux::vm
