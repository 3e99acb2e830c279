#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "proxy/http2/metadata.h"
#include "proxy/method_table.h"

namespace crimux::proxy {

using Deadline = std::chrono::system_clock::time_point;

// What a runtime is asked.
struct RuntimeRequest {
  const Method* method = nullptr;
  grpc::ByteBuffer message;
  Deadline deadline = Deadline::max();
  Metadata metadata;
};

// What it answered, or how its stream ended.
struct RuntimeAnswer {
  grpc::Status status;
  // Valid exactly when the status of a unary call is OK.
  grpc::ByteBuffer message;
  Metadata initial_metadata;
  Metadata trailing_metadata;
  // The runtime could not be reached, or went away during the call. The status is then our own
  // words, UNAVAILABLE, and names it.
  bool unreachable = false;
  // No answer, for the asker's patience ended; the status says so.
  bool overdue = false;
};

// A call in flight. Dropping its handle cancels it, and nothing is heard of it any more.
class PendingCall {
 public:
  // Instead of a destructor, for the handle: the object may have to outlive its owner's interest.
  virtual void Abandon() = 0;

 protected:
  ~PendingCall() = default;
};

struct AbandonCall {
  void operator()(PendingCall* call) const { call->Abandon(); }
};
using CallHandle = std::unique_ptr<PendingCall, AbandonCall>;

// A stream in flight. The runtime is read from only as far as it is asked to be, so what nobody
// takes stays there.
class PendingStream : public PendingCall {
 public:
  // Asks for one more message; to be called once after each. The first comes unasked.
  virtual void Next() = 0;

 protected:
  ~PendingStream() = default;
};
using StreamHandle = std::unique_ptr<PendingStream, AbandonCall>;

// On the front thread, never from inside Start, StartStream or Next. The handle may be dropped in
// them. An answer comes once, a stream's after its last message.
using AnswerCallback = std::function<void(RuntimeAnswer)>;
using MessageCallback = std::function<void(grpc::ByteBuffer)>;

// Whether a runtime can be reached, as far as is known. kSlow: it can, but what it was asked is
// overdue; a runtime itself never says so of itself.
enum class RuntimeState { kUnknown, kUp, kSlow, kDown };

struct RuntimeHealth {
  RuntimeState state = RuntimeState::kUnknown;
  // Why it was last unreachable; stays when it is back.
  std::string last_error;
  // "containerd 1.6.20", once it has told.
  std::string version;
  // How often it was connected to.
  uint64_t connections = 0;
  // The API that calls to it are sent in.
  Api api = Api::kV1;
};

// One backend as the front thread sees it. Nothing here blocks; all on the front thread.
class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  virtual const RuntimeConfig& config() const = 0;
  // Where it is: "unix:///…" or "embedded".
  virtual const std::string& endpoint() const = 0;
  virtual const RuntimeHealth& health() const = 0;

  const std::string& name() const { return config().name; }

  // Takes new settings for the same endpoint: those of calls to come. The image prefix is none of
  // its own.
  virtual void Configure(const RuntimeConfig& config) = 0;

  // Starts a unary call.
  [[nodiscard]] virtual CallHandle Start(RuntimeRequest request, AnswerCallback done) = 0;

  // Starts a server stream.
  [[nodiscard]] virtual StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                                                 AnswerCallback ended) = 0;

  // Whether it is known not to have that stream: it said so since it was last connected.
  virtual bool LacksStream(const Method& method) const = 0;
};

using RuntimePtr = std::shared_ptr<Runtime>;

}  // namespace crimux::proxy
