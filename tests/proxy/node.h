#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <thread>

#include "config/config.h"
#include "proxy/proxy.h"
#include "runtime/v1/api.grpc.pb.h"
#include "tests/fakes/fake_cri.h"
#include "tests/fakes/fake_runtime.h"
#include "tests/temporary_dir.h"

namespace crimux {

// A proxy at work, and who talks to it.
class RunningProxy {
 public:
  RunningProxy(const Config& config, std::map<std::string, proxy::EmbeddedService> embedded,
               proxy::ReloadHandler on_reload = nullptr)
      : proxy_(config, std::move(embedded), std::move(on_reload)),
        thread_([this] { proxy_.Run(); }) {}
  ~RunningProxy() {
    proxy_.Stop();
    thread_.join();
  }
  proxy::Proxy& operator*() { return proxy_; }

 private:
  proxy::Proxy proxy_;
  std::thread thread_;
};

struct HttpReply {
  unsigned code = 0;
  std::string content_type;
  std::string body;
};

// A node with three fake runtimes behind crimux: "main", the default, and "side", on sockets; "vm",
// embedded.
class Node {
 public:
  // Nothing runs yet.
  Node();

  // With the runtimes on sockets.
  void Start();
  void StartProxy();
  void StopProxy() { proxy.reset(); }

  // What the three were asked since the last time: "main: ListContainers; vm: ListContainers".
  // Without the Version that crimux asks by itself.
  std::string Asked();

  // GET on the status socket: the body.
  std::string Status(const std::string& target) { return Http("GET", target).body; }
  HttpReply Http(const std::string& method, const std::string& target,
                 const std::string& body = "") const;

  std::shared_ptr<grpc::Channel> MakeChannel() const;

  TemporaryDir dir;
  Config config;
  // For proxies started after it was set.
  proxy::ReloadHandler on_reload;
  FakeCri main{"main"};
  FakeCri side{"side"};
  FakeCri vm{"vm"};
  std::optional<FakeRuntime> main_server;
  std::optional<FakeRuntime> side_server;
  std::optional<RunningProxy> proxy;
  std::unique_ptr<runtime::v1::RuntimeService::Stub> runtime;
  std::unique_ptr<runtime::v1::ImageService::Stub> image;
};

// The context of one call, with a deadline of ten seconds.
struct Context : grpc::ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10)); }
};

// ContainerStatus of that id.
grpc::Status StatusOf(Node& node, const std::string& id, grpc::ClientContext* context);
grpc::Status StatusOf(Node& node, const std::string& id);

// Waits until the condition holds; false after ten seconds.
bool Eventually(const std::function<bool()>& condition);

}  // namespace crimux
