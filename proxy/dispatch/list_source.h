#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"
#include "proxy/dispatch/list_chunks.h"
#include "proxy/dispatch/list_scope.h"

namespace crimux::proxy {

// What a merged stream asks all its runtimes.
struct ListQuestion {
  IncomingCall& call;
  Backends& backends;
  // The unary list that says the same: same request, same answer, item by item.
  const Method& list;
  ListScope scope;
  AskedAt asked_at;
};

// One runtime's part of a merged stream, as messages to be taken one by one; no more than one is
// read ahead. It is the runtime's own stream; where it has none, its unary list in chunks; where it
// can't tell, what stands in for it, as long as nothing of its own has gone out.
class ListSource final : private Waiter {
 public:
  // `changed`: there is a message to take, or the end has come. Never from inside Take. The
  // question must outlive the source.
  ListSource(const ListQuestion& question, RuntimePtr runtime, std::function<void()> changed);
  ListSource(const ListSource&) = delete;
  ListSource& operator=(const ListSource&) = delete;
  ~ListSource() { StopWaiting(); }

  // Once.
  void Start();

  // The message in hand, if there is one; the next is then on its way.
  std::optional<grpc::ByteBuffer> Take();

  // How it ended; nullptr as long as there may be messages.
  const RuntimeAnswer* end() const { return end_ && !message_ ? &*end_ : nullptr; }
  // Whether its end is a failure that is passed over, as long as another runtime can tell.
  bool IsLeftOut() const { return is_left_out_; }

 private:
  bool IsImpatient(std::chrono::steady_clock::time_point now) const override;
  void GiveUp(std::chrono::steady_clock::time_point now) override;
  void Wait();
  void StopWaiting();

  void TakeMessage(grpc::ByteBuffer message);
  void TakeEnd(const RuntimeAnswer& end);
  void Gather(const grpc::ByteBuffer& message);
  void LeaveQuestion();

  void AskList();
  void TakeAnswer(const RuntimeAnswer& answer);

  void Cut(const grpc::ByteBuffer& list);
  void Fail(const RuntimeAnswer& failure);

  const ListQuestion& question_;
  RuntimePtr runtime_;
  std::function<void()> changed_;
  StreamHandle stream_;
  FanOut list_;
  std::optional<ListChunks> chunks_;
  std::optional<grpc::ByteBuffer> message_;
  std::optional<RuntimeAnswer> end_;
  bool has_messages_ = false;
  bool is_left_out_ = false;
  // While it is the runtime's turn in the stream.
  std::optional<Overdue::Place> place_;
  std::chrono::steady_clock::time_point waiting_since_;
  // All of a complete stream so far; given up when it grows past what a list may have.
  std::vector<grpc::ByteBuffer> gathered_;
  size_t gathered_bytes_ = 0;
};

}  // namespace crimux::proxy
