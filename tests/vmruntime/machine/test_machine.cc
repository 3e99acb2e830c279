#include "tests/vmruntime/machine/test_machine.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/file.h"
#include "tests/temporary_dir.h"

// guest.S
extern "C" const char crimux_test_guest_begin[];
extern "C" const char crimux_test_guest_end[];

namespace crimux::vm {

namespace fs = std::filesystem;

const fs::path& StateDir() {
  static const TemporaryDir dir;
  return dir.path();
}

VmConfig TestConfig(const fs::path& state_dir) {
  VmConfig config;
  config.state_dir = state_dir;
  config.accelerator = Accelerator::kTcg;
  return config;
}

MachineSpec SpecOf(const fs::path& state_dir, const std::string& name) {
  fs::path dir = state_dir / "machines" / name;
  MachineSpec spec;
  spec.name = name;
  // The same name has the same uuid, also in another process.
  spec.uuid = fmt::format("6f1c9d38-8a4e-4f0a-9d53-{:012x}",
                          std::hash<std::string>()(name) & 0xffff'ffff'ffff);
  spec.memory.size = 64ULL << 20;
  spec.disks = {{.file = dir / "disk.img", .format = "raw"}};
  spec.console_socket = dir / "console";
  spec.console_log = dir / "console.log";
  return spec;
}

MachineSpec TestMachine(const fs::path& state_dir, const std::string& name) {
  MachineSpec spec = SpecOf(state_dir, name);
  fs::create_directories(spec.console_log.parent_path());
  fs::permissions(state_dir, fs::perms(0711));
  std::string image(crimux_test_guest_begin, crimux_test_guest_end);
  image.resize(1U << 20);
  WriteFileAtomically(spec.disks[0].file, image);
  return spec;
}

bool WaitFor(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

bool WaitForConsole(const MachineSpec& spec, const std::string& text) {
  return WaitFor([&] {
    std::ifstream in(spec.console_log);
    std::string console{std::istreambuf_iterator<char>(in), {}};
    return console.find(text) != std::string::npos;
  });
}

UniqueFd Type(const MachineSpec& spec, const std::string& text) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, spec.console_socket.c_str(), sizeof(address.sun_path) - 1);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("connect to the console failed");
  }
  WriteAll(socket.get(), text, spec.console_socket);
  return socket;
}

Hypervisor::EndHandler Ends::Handler() {
  return [this](const std::string& name, MachineEnd end) {
    std::lock_guard lock(mutex_);
    ends_.emplace(name, end);
  };
}

bool Ends::Wait(const std::string& name, MachineEnd end) {
  return WaitFor([&] {
    std::lock_guard lock(mutex_);
    auto [first, last] = ends_.equal_range(name);
    return std::any_of(first, last, [&](const auto& entry) { return entry.second == end; });
  });
}

}  // namespace crimux::vm
