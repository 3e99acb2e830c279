#include "tests/fakes/fake_runtime.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/fakes/split_path.h"

namespace crimux {

class FakeRuntime::Server {
 public:
  Server(FakeCri& cri, const std::filesystem::path& socket);
  ~Server();

 private:
  class Call;

  FakeCri& cri_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
  // Calls that may still start operations on the queue.
  std::atomic<int> living_ = 0;
};

// One call. Each of its operations has a tag of its own: the address of a Step.
class FakeRuntime::Server::Call {
 public:
  explicit Call(Server& server) : server_(server) {
    ++server_.living_;
    context_.AsyncNotifyWhenDone(&gone_);
    server.service_.RequestCall(&context_, &stream_, server.queue_.get(), server.queue_.get(),
                                &armed_);
  }

  ~Call() {
    --server_.living_;
    server_.living_.notify_all();
  }

  struct Step {
    Call* call;
    void (Call::*next)(bool ok);
  };

 private:
  void Armed(bool ok) {
    if (!ok) {
      delete this;
      return;
    }
    new Call(server_);
    stream_.Read(&request_, &read_);
  }

  void HasRead(bool ok) {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    FakeCall call;
    SplitPath(context_.method(), &call.package, &call.method);
    method_ = call.method;
    call.request = BytesOf(request_);
    call.deadline = context_.deadline();
    for (const auto& [key, value] : context_.client_metadata()) {
      call.metadata.emplace(std::string(key.data(), key.size()),
                            std::string(value.data(), value.size()));
    }
    answer_ = server_.cri_.Handle(call);
    if (answer_.delay.count() == 0) return Waited(true);
    waiting_ = true;
    alarm_.Set(server_.queue_.get(), std::chrono::system_clock::now() + answer_.delay, &waited_);
  }

  void Waited(bool /*ok*/) {
    waiting_ = false;
    if (is_gone_) return Finish(grpc::Status::CANCELLED);
    bool unary = method_.rfind("Stream", 0) != 0 && method_ != "GetContainerEvents";
    if (unary && answer_.holds) {
      holding_ = true;
      return;
    }
    if (unary && answer_.status.ok() && answer_.messages.empty()) answer_.messages.emplace_back();
    if (unary && !answer_.status.ok()) answer_.messages.clear();
    Written(true);
  }

  void Written(bool ok) {
    if (ok && next_ > 0) server_.cri_.NoteWritten(method_);
    if (ok && next_ < answer_.messages.size()) {
      return stream_.Write(BufferOf(answer_.messages[next_++]), &written_);
    }
    if (answer_.holds && !is_gone_) {
      holding_ = true;
      return;
    }
    Finish(answer_.status);
  }

  void Finish(const grpc::Status& status) {
    for (const auto& [key, value] : answer_.trailing_metadata) {
      context_.AddTrailingMetadata(key, value);
    }
    stream_.Finish(status, &finished_);
  }

  void Finished(bool /*ok*/) {
    is_finished_ = true;
    if (is_gone_) delete this;
  }

  void Gone(bool /*ok*/) {
    is_gone_ = true;
    if (context_.IsCancelled()) server_.cri_.NoteCancelled(method_);
    if (waiting_) alarm_.Cancel();
    if (holding_) Finish(grpc::Status::CANCELLED);
    if (is_finished_) delete this;
  }

  Server& server_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Step armed_{this, &Call::Armed};
  Step read_{this, &Call::HasRead};
  Step waited_{this, &Call::Waited};
  Step written_{this, &Call::Written};
  Step finished_{this, &Call::Finished};
  Step gone_{this, &Call::Gone};
  grpc::ByteBuffer request_;
  grpc::Alarm alarm_;
  std::string method_;
  FakeAnswer answer_;
  size_t next_ = 0;
  bool waiting_ = false;
  bool holding_ = false;
  bool is_gone_ = false;
  bool is_finished_ = false;
};

FakeRuntime::Server::Server(FakeCri& cri, const std::filesystem::path& socket) : cri_(cri) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket.native(), grpc::InsecureServerCredentials());
  builder.RegisterAsyncGenericService(&service_);
  builder.SetMaxReceiveMessageSize(16 << 20);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) throw std::runtime_error("can't listen on " + socket.native());
  new Call(*this);
  thread_ = std::thread([this] {
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
      auto* step = static_cast<Call::Step*>(tag);
      (step->call->*step->next)(ok);
    }
  });
}

FakeRuntime::Server::~Server() {
  server_->Shutdown(std::chrono::system_clock::now());
  for (int living = living_; living > 0; living = living_) living_.wait(living);
  queue_->Shutdown();
  thread_.join();
}

FakeRuntime::FakeRuntime(FakeCri& cri, const std::filesystem::path& socket)
    : server_(std::make_unique<Server>(cri, socket)) {}

FakeRuntime::~FakeRuntime() = default;

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace crimux
