// Starts VM pods and tells how long that takes.
//
//   bench_vm_pods SOCKET machine SANDBOX-ID ATTEMPT < CONTAINER
//       CreateContainer and StartContainer in a sandbox that is there; prints the seconds.
//   bench_vm_pods SOCKET pods FIRST COUNT one-by-one|at-once < CONTAINER
//       RunPodSandbox, CreateContainer and StartContainer for pods that are called FIRST and so on;
//       prints the seconds until all run, and how many failed.
//   bench_vm_pods SOCKET sandboxes FIRST COUNT one-by-one|at-once < CONTAINER
//       The same without containers.
//
// CONTAINER is a CreateContainerRequest in protobuf's text form, whose sandbox_config is
// RunPodSandbox's, too. Nothing is stopped or removed.
#include <google/protobuf/text_format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/v1/api.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;
using Stub = runtime::v1::RuntimeService::Stub;
using runtime::v1::CreateContainerRequest;

bool Good(const grpc::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error_message().c_str());
  return status.ok();
}

bool StartMachine(Stub& stub, const CreateContainerRequest& request) {
  grpc::ClientContext create;
  runtime::v1::CreateContainerResponse created;
  if (!Good(stub.CreateContainer(&create, request, &created))) return false;
  grpc::ClientContext start;
  runtime::v1::StartContainerRequest which;
  which.set_container_id(created.container_id());
  runtime::v1::StartContainerResponse ignored;
  return Good(stub.StartContainer(&start, which, &ignored));
}

bool StartPod(Stub& stub, CreateContainerRequest request, const std::string& name, bool machine) {
  auto* metadata = request.mutable_sandbox_config()->mutable_metadata();
  metadata->set_name(name);
  metadata->set_uid(name);
  grpc::ClientContext context;
  runtime::v1::RunPodSandboxRequest run;
  *run.mutable_config() = request.sandbox_config();
  runtime::v1::RunPodSandboxResponse pod;
  if (!Good(stub.RunPodSandbox(&context, run, &pod))) return false;
  request.set_pod_sandbox_id(pod.pod_sandbox_id());
  return !machine || StartMachine(stub, request);
}

int StartPods(Stub& stub, const CreateContainerRequest& request, int first, int count, bool at_once,
              bool machines) {
  std::atomic<int> failed = 0;
  std::vector<std::jthread> threads;
  for (int i = first; i < first + count; ++i) {
    auto start = [&, i] {
      if (!StartPod(stub, request, "pod-" + std::to_string(i), machines)) ++failed;
    };
    if (at_once) {
      threads.emplace_back(start);
    } else {
      start();
    }
  }
  threads.clear();
  return failed;
}

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::string mode = argc > 2 ? argv[2] : "";
  if (!(mode == "machine" && argc == 5) &&
      !((mode == "pods" || mode == "sandboxes") && argc == 6)) {
    return 2;
  }
  CreateContainerRequest request;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (!google::protobuf::TextFormat::ParseFromString(text, &request)) return 2;
  auto channel =
      grpc::CreateChannel(std::string("unix:") + argv[1], grpc::InsecureChannelCredentials());
  channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10));
  auto stub = runtime::v1::RuntimeService::NewStub(channel);
  if (mode == "machine") {
    request.set_pod_sandbox_id(argv[3]);
    request.mutable_config()->mutable_metadata()->set_attempt(std::stoul(argv[4]));
    auto begin = Clock::now();
    bool good = StartMachine(*stub, request);
    std::printf("%.4f\n", Since(begin));
    return good ? 0 : 1;
  }
  auto begin = Clock::now();
  int failed = StartPods(*stub, request, std::stoi(argv[3]), std::stoi(argv[4]),
                         std::string(argv[5]) == "at-once", mode == "pods");
  std::printf("%.4f %d\n", Since(begin), failed);
  return 0;
}
