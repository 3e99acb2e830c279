// A client that asks for both lists, and for the status of sandboxes, again and again until
// SIGTERM, and says at the end how that went.
//
//   steady_load SOCKET PAUSE-MS [list=ID]... [status=ID]...
//
// list=ID: the id, of a sandbox or container, must be in the lists that succeed; one that isn't is
// printed at once. status=ID: the sandbox's status is asked for. While the socket is away calls
// wait. "begun" is printed after the first round. The last line: how many lists and statuses there
// were, how many failed, how many ids were missing, the slowest of each in ms, and when (Unix time
// in ms; 0: never) a status last failed.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/v1/api.grpc.pb.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stopping = 0;

// Of one kind of call.
struct Tally {
  int calls = 0;
  int failed = 0;
  int64_t slowest_ms = 0;
  int64_t last_failed_unix_ms = 0;
};

int64_t UnixMs() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class SteadyLoad {
 public:
  SteadyLoad(const std::string& socket, std::vector<std::string> listed,
             std::vector<std::string> asked)
      : stub_(cri::RuntimeService::NewStub(MakeChannel(socket))),
        listed_(std::move(listed)),
        asked_(std::move(asked)) {}

  void Round() {
    AskLists();
    for (const std::string& id : asked_) AskStatus(id);
  }

  void Report() const {
    std::printf("lists %d failed %d missing %d slowest %lld ", lists_.calls, lists_.failed,
                missing_, static_cast<long long>(lists_.slowest_ms));
    std::printf("statuses %d failed %d slowest %lld last_failed %lld\n", statuses_.calls,
                statuses_.failed, static_cast<long long>(statuses_.slowest_ms),
                static_cast<long long>(statuses_.last_failed_unix_ms));
  }

 private:
  // Comes back as soon as the socket does.
  static std::shared_ptr<grpc::Channel> MakeChannel(const std::string& socket) {
    grpc::ChannelArguments arguments;
    for (const char* name :
         {GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
          GRPC_ARG_MAX_RECONNECT_BACKOFF_MS}) {
      arguments.SetInt(name, 20);
    }
    return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(),
                                     arguments);
  }

  template <class Call>
  bool Timed(const char* what, Tally* tally, Call call) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    auto begin = Clock::now();
    grpc::Status status = call(&context);
    auto time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
    ++tally->calls;
    tally->slowest_ms = std::max<int64_t>(tally->slowest_ms, time);
    if (status.ok()) return true;
    if (tally->failed++ == 0) Say(what, status.error_message());
    tally->last_failed_unix_ms = UnixMs();
    return false;
  }

  void AskLists() {
    std::set<std::string> seen;
    cri::ListPodSandboxResponse sandboxes;
    cri::ListContainersResponse containers;
    bool ok = Timed("ListPodSandbox failed", &lists_, [&](grpc::ClientContext* context) {
      return stub_->ListPodSandbox(context, {}, &sandboxes);
    });
    ok = Timed("ListContainers failed", &lists_,
               [&](grpc::ClientContext* context) {
                 return stub_->ListContainers(context, {}, &containers);
               }) &&
         ok;
    if (!ok) return;
    for (const auto& sandbox : sandboxes.items()) seen.insert(sandbox.id());
    for (const auto& container : containers.containers()) seen.insert(container.id());
    for (const std::string& id : listed_) {
      if (seen.contains(id)) continue;
      if (missing_++ < 10) Say("missing", id);
    }
  }

  void AskStatus(const std::string& id) {
    cri::PodSandboxStatusRequest request;
    request.set_pod_sandbox_id(id);
    Timed("PodSandboxStatus failed", &statuses_, [&](grpc::ClientContext* context) {
      cri::PodSandboxStatusResponse response;
      return stub_->PodSandboxStatus(context, request, &response);
    });
  }

  static void Say(const char* what, const std::string& detail) {
    std::printf("%lld %s: %s\n", static_cast<long long>(UnixMs()), what, detail.c_str());
    std::fflush(stdout);
  }

  std::unique_ptr<cri::RuntimeService::Stub> stub_;
  const std::vector<std::string> listed_;
  const std::vector<std::string> asked_;
  Tally lists_;
  Tally statuses_;
  int missing_ = 0;
};

int Main(int argc, char** argv) {
  std::vector<std::string> listed;
  std::vector<std::string> asked;
  for (int i = 3; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument.starts_with("list=")) listed.push_back(argument.substr(5));
    if (argument.starts_with("status=")) asked.push_back(argument.substr(7));
  }
  if (argc < 3) {
    std::fprintf(stderr, "usage: steady_load SOCKET PAUSE-MS [list=ID]... [status=ID]...\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { stopping = 1; });
  SteadyLoad load(argv[1], std::move(listed), std::move(asked));
  for (bool begun = false; stopping == 0; begun = true) {
    load.Round();
    if (!begun) std::puts("begun");
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(argv[2])));
  }
  load.Report();
  return 0;
}

}  // namespace
}  // namespace crimux

int main(int argc, char** argv) { return crimux::Main(argc, argv); }
