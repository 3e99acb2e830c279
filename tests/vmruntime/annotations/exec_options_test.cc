#include "vmruntime/annotations/exec_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

ExecOptions Read(const AnnotationMap& annotations) {
  return ReadExecOptions(AnnotationReader(annotations));
}

TEST_CASE("commands get into a guest as root, by whatever way works, unless the pod says how") {
  CHECK(Read({}).way == ExecWay::kAuto);
  CHECK(Read({}).ssh_user == "root");
  ExecOptions options = Read({{"crimux.io/exec", "ssh"},
                              {"crimux.io/ssh-user", "admin"},
                              {"crimux.io/ssh-key", "/keys/id"}});
  CHECK(options.way == ExecWay::kSsh);
  CHECK(options.ssh_user == "admin");
  CHECK(options.ssh_key == "/keys/id");
}

TEST_CASE("ways, users and keys that can't be are refused") {
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/exec", "telnet"}});
             }),
             Contains("crimux.io/exec") && Contains("auto, agent, ssh, none"));
  for (std::string user : {"", "a b", "a\nb", "a:b", "../root"}) {
    CHECK_THAT(Refusal([&] {
                 Read({{"crimux.io/ssh-user", user}});
               }),
               Contains("crimux.io/ssh-user"));
  }
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/ssh-key", "keys/id"}});
             }),
             Contains("crimux.io/ssh-key") && Contains("not an absolute path"));
}

}  // namespace
}  // namespace crimux::vm
