#include "proxy/proxy.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <future>
#include <utility>

#include "base/error.h"
#include "proxy/front/front.h"
#include "proxy/loop/timer.h"
#include "proxy/reload/changes.h"
#include "proxy/reload/reload_endpoint.h"
#include "proxy/reload/replace.h"
#include "proxy/runtime/runtime_factory.h"
#include "proxy/status/embedded_pages.h"
#include "proxy/status/endpoints.h"
#include "proxy/status/pages.h"
#include "proxy/status/status_server.h"

namespace crimux::proxy {

class Proxy::Impl {
 public:
  Impl(const Config& config, const std::map<std::string, EmbeddedService>& embedded,
       ReloadHandler on_reload)
      : config_(config),
        listener_(loop_, config.listen),
        relay_(config.streaming),
        factory_(loop_, embedded, relay_),
        store_(config.last_known_dir),
        backends_(loop_, factory_.Make(config), Router(config), store_),
        front_(loop_, listener_, backends_),
        status_(config.status,
                [this](const StatusRequest& request, StatusServer::Answer answer) {
                  TellStatus(request, std::move(answer));
                }),
        embedded_pages_(embedded),
        reload_(std::move(on_reload), [this](const Config& next) { return Reload(next); }) {
    endpoints_.Add("POST", "/reload", [this](const StatusRequest&, StatusServer::Answer answer) {
      reload_.Serve(std::move(answer));
    });
    AddPages({backends_, front_.book(), started_}, &endpoints_);
    embedded_pages_.AddTo(&endpoints_);
    TakeAnswers(config, &backends_);
    front_.Open();
  }

  void Run() { loop_.Run(); }

  void Stop() {
    loop_.Post([this] { BeginStop(); });
  }

  std::string Reload(const Config& config);

 private:
  // Of a reload.
  struct Outcome {
    grpc::Status failure;
    std::string changes;
  };

  std::string Apply(const Config& config);
  void BeginStop();
  void EndStop();
  void TellStatus(const StatusRequest& request, StatusServer::Answer answer);

  Config config_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  Loop loop_;
  Listener listener_;
  Relay relay_;
  RuntimeFactory factory_;
  ListStore store_;
  Backends backends_;
  Front front_;
  // Front thread.
  Endpoints endpoints_;
  StatusServer status_;
  EmbeddedPages embedded_pages_;
  ReloadEndpoint reload_;
  bool stopping_ = false;
  // Ends the calls that a stop has waited for long enough.
  Timer patience_;
};

void Proxy::Impl::BeginStop() {
  if (std::exchange(stopping_, true)) return;
  spdlog::info("stopping: {} calls in flight", front_.book().in_flight());
  // Streams of events end by themselves only with their clients.
  backends_.stopping = true;
  RuntimesWatch::TellAll(backends_.watches, "crimux is stopping");
  patience_ = Timer(loop_, std::chrono::system_clock::now() + config_.drain_timeout,
                    [this] { front_.CloseAll(); });
  front_.Drain([this] { EndStop(); });
}

void Proxy::Impl::EndStop() {
  backends_.overdue.Clear();
  backends_.runtimes.clear();
  loop_.Shutdown();
}

std::string Proxy::Impl::Reload(const Config& config) {
  // Dropped with the task, so that a wait for a loop that has ended ends, too. An exception object
  // is best left on its own thread.
  auto promise = std::make_shared<std::promise<Outcome>>();
  std::future<Outcome> told = promise->get_future();
  loop_.Post([this, config, promise = std::move(promise)] {
    Outcome outcome;
    try {
      outcome.changes = Apply(config);
    } catch (...) {
      outcome.failure = CurrentExceptionStatus();
    }
    promise->set_value(std::move(outcome));
  });
  try {
    Outcome outcome = told.get();
    if (!outcome.failure.ok()) throw Error(outcome.failure);
    return outcome.changes;
  } catch (const std::future_error&) {
    throw Error(grpc::StatusCode::UNAVAILABLE, "reload the config", "", "crimuxd is stopping");
  }
}

std::string Proxy::Impl::Apply(const Config& config) {
  if (stopping_) {
    throw Error(grpc::StatusCode::UNAVAILABLE, "reload the config", "", "crimuxd is stopping");
  }
  CheckReloadable(config_, config);
  std::string changes = DescribeChanges(config_, config);
  ReplaceRuntimes(config, factory_, &backends_);
  config_ = config;
  return changes;
}

void Proxy::Impl::TellStatus(const StatusRequest& request, StatusServer::Answer answer) {
  loop_.Post([this, request, answer = std::move(answer)]() mutable {
    endpoints_.Answer(request, std::move(answer));
  });
}

Proxy::Proxy(const Config& config, std::map<std::string, EmbeddedService> embedded,
             ReloadHandler on_reload)
    : impl_(std::make_unique<Impl>(config, std::move(embedded), std::move(on_reload))) {}

Proxy::~Proxy() = default;

void Proxy::Run() { impl_->Run(); }

std::string Proxy::Reload(const Config& config) { return impl_->Reload(config); }

void Proxy::Stop() { impl_->Stop(); }

}  // namespace crimux::proxy
