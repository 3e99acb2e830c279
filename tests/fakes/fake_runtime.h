#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/call_context.h"
#include "proxy/runtime/embedded_service.h"
#include "tests/fakes/fake_cri.h"

namespace crimux {

// A fake CRI runtime on a Unix socket: a real gRPC server around a FakeCri.
class FakeRuntime {
 public:
  FakeRuntime(FakeCri& cri, const std::filesystem::path& socket);
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;
  // As if the process were killed: connections break, the socket goes.
  ~FakeRuntime();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

// A FakeCri as an embedded runtime. It must outlive the service.
proxy::EmbeddedService Embedded(FakeCri& cri);

// Serialized bytes in and out of buffers.
std::string BytesOf(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer BufferOf(const std::string& bytes);

}  // namespace crimux
