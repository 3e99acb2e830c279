// A program like crimuxd that can be killed: machine_helper <state-dir> opens a hypervisor, says
// "ready", then obeys lines from standard input and answers each with one line:
//   start NAME     defines and starts the machine of test_machine.h
//   state NAME     "running" or how it ended
//   pid NAME       of its QEMU, or "none"
//   wait-end NAME  until it has ended, then how
//   undefine NAME
#include <iostream>

#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

namespace crimux::vm {
namespace {

std::string Describe(const std::optional<MachineState>& state) {
  if (!state) return "unknown machine";
  if (state->running) return "running";
  if (!state->end) return "ended";
  switch (*state->end) {
    case MachineEnd::kShutdown:
      return "shut down";
    case MachineEnd::kDestroyed:
      return "destroyed";
    case MachineEnd::kCrashed:
      return "crashed";
    case MachineEnd::kFailed:
      return "failed";
  }
  return "";
}

class Helper {
 public:
  explicit Helper(const std::string& state_dir)
      : state_dir_(state_dir), hypervisor_(TestConfig(state_dir)) {}

  std::string Obey(const std::string& command, const std::string& name) {
    if (command == "start") return Start(name);
    if (command == "state") return Describe(hypervisor_.State(name));
    if (command == "pid") {
      std::optional<int> pid = hypervisor_.Pid(name);
      return pid ? std::to_string(*pid) : "none";
    }
    if (command == "wait-end") {
      WaitFor([&] { return !hypervisor_.State(name)->running; });
      return Describe(hypervisor_.State(name));
    }
    hypervisor_.Undefine(name);
    return "done";
  }

 private:
  std::string Start(const std::string& name) {
    hypervisor_.Define(TestMachine(state_dir_, name));
    hypervisor_.Start(name);
    return "done";
  }

  std::string state_dir_;
  LibvirtHypervisor hypervisor_;
};

}  // namespace
}  // namespace crimux::vm

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    crimux::vm::Helper helper(argv[1]);
    std::cout << "ready" << std::endl;
    std::string command;
    std::string name;
    while (std::cin >> command >> name) std::cout << helper.Obey(command, name) << std::endl;
  } catch (const std::exception& e) {
    std::cout << e.what() << std::endl;
    return 1;
  }
  return 0;
}
