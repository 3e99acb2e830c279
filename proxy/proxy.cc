#include "proxy/proxy.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "proxy/front/front.h"
#include "proxy/runtime/embedded_runtime.h"
#include "proxy/runtime/prefixed_runtime.h"
#include "proxy/runtime/remote_runtime.h"
#include "proxy/status/endpoints.h"
#include "proxy/status/pages.h"
#include "proxy/status/status_server.h"

namespace crimux::proxy {
namespace {

using Handlers = std::map<std::string, EmbeddedHandler>;

RuntimePtr MakeRuntime(Loop& loop, const RuntimeConfig& config, Handlers& embedded) {
  if (!config.endpoint.empty()) {
    auto remote = std::make_shared<RemoteRuntime>(loop, config);
    if (config.image_prefix.empty()) return remote;
    return std::make_shared<PrefixedRuntime>(std::move(remote), config.image_prefix);
  }
  auto handler = embedded.find(config.name);
  if (handler == embedded.end()) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "set up runtime", config.name,
                "it has neither an endpoint nor a handler");
  }
  return std::make_shared<EmbeddedRuntime>(loop, config, handler->second);
}

std::vector<RuntimePtr> MakeRuntimes(Loop& loop, const Config& config, Handlers& embedded) {
  std::vector<RuntimePtr> runtimes;
  for (const RuntimeConfig& runtime : config.runtimes) {
    auto at = runtime.is_default ? runtimes.begin() : runtimes.end();
    runtimes.insert(at, MakeRuntime(loop, runtime, embedded));
  }
  return runtimes;
}

// gRPC wants the server to end before its queue, also when the rest can't be set up.
struct ServerEndsFirst {
  Listener& listener;
  ~ServerEndsFirst() { listener.Shutdown(std::chrono::system_clock::now()); }
};

}  // namespace

class Proxy::Impl {
 public:
  Impl(const Config& config, Handlers embedded)
      : config_(config),
        listener_(config.listen),
        loop_(listener_.queue()),
        store_(config.last_known_dir),
        backends_(loop_, MakeRuntimes(loop_, config, embedded), Router(config), store_),
        front_(listener_, backends_),
        status_(config.status, [this](const StatusRequest& request, StatusServer::Answer answer) {
          TellStatus(request, std::move(answer));
        }) {
    AddPages({backends_, front_.book(), started_}, &endpoints_);
    backends_.cgroup_driver = config.cgroup_driver;
    front_.Open();
  }

  ~Impl() {
    if (!has_run_) {
      // Nothing was served; the queue still has to be emptied in order.
      Stop();
      Run();
    }
  }

  void Run() {
    has_run_ = true;
    loop_.Run();
    if (stopper_.joinable()) stopper_.join();
  }

  void Stop() {
    loop_.Post([this] { BeginStop(); });
  }

 private:
  void BeginStop();
  void EndStop();
  void TellStatus(const StatusRequest& request, StatusServer::Answer answer);

  Config config_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  Listener listener_;
  Loop loop_;
  ServerEndsFirst server_ends_first_{listener_};
  ListStore store_;
  Backends backends_;
  Front front_;
  // Front thread.
  Endpoints endpoints_;
  StatusServer status_;
  // Waits for the server's calls to end, which the front thread can't.
  std::thread stopper_;
  bool has_run_ = false;
};

void Proxy::Impl::BeginStop() {
  if (stopper_.joinable()) return;
  spdlog::info("stopping: {} calls in flight", front_.book().in_flight());
  auto deadline = std::chrono::system_clock::now() + config_.drain_timeout;
  stopper_ = std::thread([this, deadline] {
    listener_.Shutdown(deadline);
    loop_.Post([this] { front_.WhenIdle([this] { EndStop(); }); });
  });
}

void Proxy::Impl::EndStop() {
  // Without runtimes nothing new can be started on the queue.
  backends_.overdue.Clear();
  backends_.runtimes.clear();
  loop_.Shutdown();
}

void Proxy::Impl::TellStatus(const StatusRequest& request, StatusServer::Answer answer) {
  loop_.Post([this, request, answer = std::move(answer)]() mutable {
    endpoints_.Answer(request, std::move(answer));
  });
}

Proxy::Proxy(const Config& config, std::map<std::string, EmbeddedHandler> embedded)
    : impl_(std::make_unique<Impl>(config, std::move(embedded))) {}

Proxy::~Proxy() = default;

void Proxy::Run() { impl_->Run(); }

void Proxy::Stop() { impl_->Stop(); }

}  // namespace crimux::proxy
