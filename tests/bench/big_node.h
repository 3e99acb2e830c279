#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <map>
#include <string>

namespace crimux::bench {

// What a runtime with many pods answers. Each pod has one container; names, labels and annotations
// are about as long as the kubelet's.
class BigNode {
 public:
  // Ids begin with the prefix: SandboxId(prefix, i), ContainerId(prefix, i) for i < pods. `fresh`:
  // lists are made anew for each call, as runtimes do; else once, so that serving them costs gRPC
  // and nothing else.
  BigNode(const std::string& prefix, int pods, bool fresh);

  struct Answer {
    grpc::Status status;
    grpc::ByteBuffer message;
  };

  // The same for every request. `path` is "/runtime.v1.RuntimeService/Version". Methods that a
  // benchmark does not use are Unimplemented.
  Answer AnswerTo(const std::string& path) const;

 private:
  // Empty for a method that is no list of pods.
  grpc::ByteBuffer MakeList(const std::string& method) const;

  const std::string prefix_;
  const int pods_;
  const bool fresh_;
  std::map<std::string, grpc::ByteBuffer> by_method_;
};

// 64 characters, as containerd's are.
std::string SandboxId(const std::string& prefix, int pod);
std::string ContainerId(const std::string& prefix, int pod);

}  // namespace crimux::bench
