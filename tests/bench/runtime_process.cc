// A CRI runtime with as many pods as one likes, for benchmarks: one thread, one completion queue.
// Runs until it is killed.
//
//   bench_runtime SOCKET ID-PREFIX PODS [fresh]     fresh: makes lists anew for each call
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/bench/big_node.h"

namespace crimux::bench {
namespace {

struct Server {
  const BigNode& node;
  grpc::AsyncGenericService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
};

// One call: armed, read, answered, deleted. Its address is the tag of each step, one at a time.
class Call {
 public:
  explicit Call(Server& server) : server_(server) {
    server.service.RequestCall(&context_, &stream_, server.queue.get(), server.queue.get(), this);
  }

  void Next(bool ok) {
    switch (step_++) {
      case 0:
        if (!ok) break;
        new Call(server_);
        return stream_.Read(&request_, this);
      case 1: {
        if (!ok) break;
        BigNode::Answer answer = server_.node.AnswerTo(context_.method());
        if (!answer.status.ok()) return stream_.Finish(answer.status, this);
        return stream_.WriteAndFinish(answer.message, {}, answer.status, this);
      }
    }
    delete this;
  }

 private:
  Server& server_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer request_;
  int step_ = 0;
};

int Serve(const std::string& socket, const BigNode& node) {
  Server server{node, {}, {}};
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterAsyncGenericService(&server.service);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  server.queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> running = builder.BuildAndStart();
  if (running == nullptr) {
    std::fprintf(stderr, "bench_runtime: can't listen on %s\n", socket.c_str());
    return 1;
  }
  new Call(server);
  void* tag = nullptr;
  bool ok = false;
  while (server.queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Next(ok);
  return 0;
}

}  // namespace
}  // namespace crimux::bench

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fprintf(stderr, "usage: bench_runtime SOCKET ID-PREFIX PODS [fresh]\n");
    return 2;
  }
  crimux::bench::BigNode node(argv[2], std::atoi(argv[3]), argc == 5);
  return crimux::bench::Serve(argv[1], node);
}
