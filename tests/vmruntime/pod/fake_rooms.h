#pragma once

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/process.h"
#include "tests/code_of.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/cgroup/fake_cgroup_v2.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/recovery.h"
#include "vmruntime/pod/sandboxes.h"

namespace crimux::vm {

// Machines that only remember; each fault can be switched on.
class FakeHypervisor : public Hypervisor {
 public:
  void OnEnd(EndHandler handler) override { handler_ = std::move(handler); }
  void Define(const MachineSpec& spec) override {
    if (fail_define) throw Error(grpc::StatusCode::INTERNAL, "define", spec.name, "no");
    machines[spec.name] = MachineState{};
    specs[spec.name] = spec;
  }
  void StartPaused(const std::string& name) override {
    if (fail_start) throw Error(grpc::StatusCode::INTERNAL, "start", name, "no");
    machines.at(name) = {.running = true, .paused = true};
    vcpus[name] = specs.at(name).vcpus;
    memory[name] = specs.at(name).memory.size;
  }
  void Resume(const std::string& name) override {
    if (fail_resume) throw Error(grpc::StatusCode::INTERNAL, "resume", name, "no");
    machines.at(name).paused = false;
  }
  std::vector<int> Processes(const std::string&) override { return {::getpid()}; }
  uint64_t OwnMemory(const MachineSpec&) const override { return own_memory; }
  unsigned Vcpus(const std::string& name) override { return vcpus.at(name); }
  void SetVcpus(const std::string& name, unsigned count) override {
    if (fail_vcpus) throw Error(grpc::StatusCode::INTERNAL, "set vCPUs of", name, "no");
    vcpus.at(name) = count;
  }
  void PinVcpus(const std::string& name, const std::vector<std::set<unsigned>>& cpus) override {
    pins[name] = cpus;
  }
  uint64_t Memory(const std::string& name) override {
    return memory.at(name) + (is_restless ? ++restlessness : 0);
  }
  void SetMemory(const std::string& name, uint64_t bytes) override {
    memory_asked.push_back(bytes);
    if (has_balloon) memory.at(name) = bytes;
  }
  void RequestShutdown(const std::string& name) override {
    ++shutdown_requests;
    if (fail_shutdown) throw Error(grpc::StatusCode::UNAVAILABLE, "shut down", name, "it hangs");
    if (obeys_shutdown) End(name, MachineEnd::kShutdown);
  }
  void Destroy(const std::string& name) override { End(name, MachineEnd::kDestroyed); }
  void Undefine(const std::string& name) override { machines.erase(name); }
  std::optional<MachineState> State(const std::string& name) override {
    auto found = machines.find(name);
    if (found == machines.end()) return std::nullopt;
    return found->second;
  }
  std::vector<std::string> List() override {
    std::vector<std::string> names;
    for (const auto& [name, state] : machines) names.push_back(name);
    return names;
  }
  std::string AgentCommand(const std::string& name, const std::string& command,
                           std::chrono::seconds) override {
    if (!agent) throw Error(grpc::StatusCode::UNAVAILABLE, "ask guest agent of", name, "no agent");
    return agent(command);
  }
  std::string Screenshot(const std::string& name) override { return "picture of " + name; }
  std::filesystem::path VncSocket(const std::string& name) override { return "/vnc/" + name; }
  std::optional<int> Pid(const std::string& name) override {
    auto found = pids.find(name);
    if (found == pids.end()) return std::nullopt;
    return found->second;
  }
  GuestMemoryQuestion AskGuestMemories() override {
    if (guest_memory) return guest_memory;
    return [memories = guest_memories] { return *memories; };
  }
  std::string Fault() override { return ""; }

  void End(const std::string& name, MachineEnd end) {
    auto found = machines.find(name);
    if (found == machines.end() || !found->second.running) return;
    found->second = {.running = false, .end = end};
    if (on_gone) on_gone();
    if (handler_) handler_(name, end);
  }

  std::function<std::string(const std::string& command)> agent;
  // QEMU has ended.
  std::function<void()> on_gone;
  bool fail_define = false;
  bool fail_start = false;
  bool fail_shutdown = false;
  bool fail_resume = false;
  bool fail_vcpus = false;
  bool has_balloon = true;
  // Each look at a guest's memory finds another figure.
  bool is_restless = false;
  uint64_t restlessness = 0;
  uint64_t own_memory = 100ULL << 20;
  std::map<std::string, unsigned> vcpus;
  std::map<std::string, uint64_t> memory;
  std::vector<uint64_t> memory_asked;
  std::map<std::string, std::vector<std::set<unsigned>>> pins;
  bool obeys_shutdown = true;
  int shutdown_requests = 0;
  std::map<std::string, MachineState> machines;
  std::map<std::string, MachineSpec> specs;  // as they were last defined
  std::map<std::string, int> pids;
  // Shared with questions, which may outlive this.
  std::shared_ptr<std::map<std::string, GuestMemory>> guest_memories =
      std::make_shared<std::map<std::string, GuestMemory>>();
  GuestMemoryQuestion guest_memory;  // instead of guest_memories, when it is set

 private:
  EndHandler handler_;
};

class FakeNetworks : public PodNetworks {
 public:
  PodNetwork SetUp(const NetworkRequest& request) override {
    if (fail_set_up) throw Error(grpc::StatusCode::INTERNAL, "set up", request.pod.name, "no");
    up.insert(request.pod.sandbox_id);
    last_request = request;
    return {.ips = {"10.1.2.3"}, .interfaces = {{.tap = "tap0", .mac = "02:00:00:00:00:01"}}};
  }
  void TearDown(const NetworkRequest& request) override {
    if (fail_tear_down) throw Error(grpc::StatusCode::INTERNAL, "tear down", "", "no");
    up.erase(request.pod.sandbox_id);
  }
  void Serve(const NetworkRequest& request, const PodNetwork&) override {
    if (fail_serve) throw Error(grpc::StatusCode::INTERNAL, "serve", request.pod.name, "no");
    served.insert(request.pod.sandbox_id);
  }
  void CollectGarbage(const std::set<std::string>& sandboxes) override { kept = sandboxes; }
  NetworkReadiness Readiness() const override { return {.ready = true}; }

  bool fail_set_up = false;
  bool fail_tear_down = false;
  bool fail_serve = false;
  std::set<std::string> up;
  std::set<std::string> served;
  std::set<std::string> kept;
  NetworkRequest last_request;
};

// One image, "guest:latest".
class FakeImages : public ImageStore {
 public:
  explicit FakeImages(const std::filesystem::path& directory) : file_(directory / "guest.img") {
    RunProcess({.argv = {"qemu-img", "create", "-q", "-f", "qcow2", file_.string(), "16M"}});
  }
  std::string Pull(const std::string&, const CallContext&, const Credentials&) override {
    return "sha256:feed";
  }
  std::vector<PullStatus> PullsUnderWay() const override { return {}; }
  std::optional<StoredImage> Find(const std::string& name) const override {
    if (name != "guest:latest" && name != "sha256:feed") return std::nullopt;
    return StoredImage{.digest = "sha256:feed",
                       .tags = {"guest:latest"},
                       .size = 1,
                       .format = "qcow2",
                       .file = file_};
  }
  std::vector<StoredImage> List() const override { return {*Find("guest:latest")}; }
  void Remove(const std::string&, const std::function<bool(const std::string&)>&) override {}
  StoreUsage Usage() const override { return {}; }

 private:
  std::filesystem::path file_;
};

// Journals what is asked of it.
class FakeConsoles : public ConsoleLogs {
 public:
  void Follow(const ConsoleLogSpec& spec) override { followed.insert(spec.container_id); }
  void Finish(const std::string& id) override { finished.insert(id); }
  void Forget(const std::string& id) override { followed.erase(id); }
  void Reopen(const std::string&) override {}

  std::set<std::string> followed;
  std::set<std::string> finished;
};

class FakeShares : public Shares {
 public:
  void Start(const ShareRequest& request) override {
    if (fail_start)
      throw Error(grpc::StatusCode::INTERNAL, "share", request.work_dir.string(), "no");
    started[request.work_dir.filename()] = request;
  }
  void Stop(const std::filesystem::path& work_dir) override { started.erase(work_dir.filename()); }
  std::vector<int> Processes(const std::filesystem::path&) override { return {}; }

  bool fail_start = false;
  // By container id.
  std::map<std::string, ShareRequest> started;
};

// The life of pods over fakes, with real files, records and namespaces below a folder of its own.
// A second World on the same folder (and the same hypervisor) is crimuxd after a restart.
struct World {
  World(const std::filesystem::path& directory, FakeHypervisor& machines)
      : hypervisor(machines),
        layout(directory / "state"),
        store(layout.Database()),
        registry(store),
        images(directory),
        cgroup_root(directory / "cgroup"),
        cgroup_files(cgroup_root),
        cgroups(cgroup_root, cgroup_files),
        rooms{config,
              layout,
              Owner{},
              registry,
              locks,
              networks,
              images,
              hypervisor,
              consoles,
              shares,
              agent_files,
              cgroups,
              "ssh-ed25519 AAAA node"},
        containers(rooms),
        sandboxes(rooms, containers) {
    config.netns_dir = directory / "netns";
    config.handlers = {"vm"};
    std::filesystem::create_directories(config.netns_dir);
    // QEMU is this process, which an ended machine leaves.
    hypervisor.on_gone = [root = cgroup_root] {
      FakeCgroupV2::Leave(root, std::to_string(::getpid()));
    };
    hypervisor.OnEnd(
        [this](const std::string& name, MachineEnd end) { containers.Ended(name, end); });
  }

  runtime::v1::RunPodSandboxRequest SandboxRequest(const std::string& name) const {
    runtime::v1::RunPodSandboxRequest request;
    auto& metadata = *request.mutable_config()->mutable_metadata();
    metadata.set_name(name);
    metadata.set_namespace_("default");
    metadata.set_uid("uid-" + name);
    request.mutable_config()->set_log_directory("/var/log/pods/" + name);
    return request;
  }
  std::string RunSandbox(const std::string& name) { return sandboxes.Run(SandboxRequest(name)); }

  runtime::v1::CreateContainerRequest ContainerRequest(const std::string& sandbox) const {
    runtime::v1::CreateContainerRequest request;
    request.set_pod_sandbox_id(sandbox);
    request.mutable_config()->mutable_metadata()->set_name("vm");
    request.mutable_config()->mutable_image()->set_image("guest:latest");
    request.mutable_config()->set_log_path("vm/0.log");
    return request;
  }
  std::string CreateContainer(const std::string& sandbox) {
    return containers.Create(ContainerRequest(sandbox));
  }
  std::string RunContainer(const std::string& sandbox) {
    std::string id = CreateContainer(sandbox);
    containers.Start(id);
    return id;
  }
  void Recover() { Recovery(rooms, sandboxes, containers).Run(); }

  static size_t Entries(const std::filesystem::path& directory) {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
  }
  // How many there are below the root.
  size_t CountCgroups() const {
    return std::ranges::count_if(std::filesystem::recursive_directory_iterator(cgroup_root),
                                 [](const auto& entry) { return entry.is_directory(); });
  }
  // Whether nothing is left of any pod.
  bool Empty() const {
    return registry.Sandboxes().empty() && registry.Containers().empty() &&
           Entries(layout.Sandboxes()) == 0 && Entries(layout.Containers()) == 0 &&
           Entries(layout.Disks()) == 0 && Entries(config.netns_dir) == 0 && networks.up.empty() &&
           shares.started.empty() && hypervisor.machines.empty() && CountCgroups() == 0;
  }

  FakeHypervisor& hypervisor;
  VmConfig config;
  Layout layout;
  RecordStore store;
  Registry registry;
  PodLocks locks;
  FakeNetworks networks;
  FakeImages images;
  FakeConsoles consoles;
  FakeShares shares;
  AgentFiles agent_files{registry, hypervisor};
  std::filesystem::path cgroup_root;
  FakeCgroupV2 cgroup_files;
  Cgroups cgroups;
  Rooms rooms;
  Containers containers;
  Sandboxes sandboxes;
};

// A folder in which namespaces were mounted can be removed only without them.
struct WorldDir {
  TemporaryDir dir;
  FakeHypervisor hypervisor;
  ~WorldDir() {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path() / "netns", ignored)) {
      RemoveNetns(entry.path());
    }
    // CreateNetns makes the folder a mount of its own.
    RunProcess({.argv = {"umount", "-l", (dir.path() / "netns").string()}});
  }
  const std::filesystem::path& path() const { return dir.path(); }
};

}  // namespace crimux::vm
