#pragma once

#include <set>

#include "config/config.h"
#include "proxy/loop/loop.h"
#include "proxy/runtime/channel.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

struct CallEnd;

// A runtime behind a socket. Calls go through as bytes, each executed at most once: nothing is
// tried again. The channel is watched, and reconnects by itself within a second of the socket's
// return. To a socket that isn't there calls fail at once.
//
// Which of the CRI's APIs it speaks is found by asking. Calls are sent in the one that worked last;
// when one is answered UNIMPLEMENTED, an ApiCheck tells a runtime that lacks the method from one
// that lacks the API, and in the latter case the call, which nobody has executed, is sent again in
// the other API. So a runtime that was replaced is found too, and calls that work cost nothing.
class RemoteRuntime final : public Runtime {
 public:
  RemoteRuntime(Loop& loop, const RuntimeConfig& config);

  const RuntimeConfig& config() const override { return config_; }
  const std::string& endpoint() const override { return config_.endpoint; }
  const RuntimeHealth& health() const override { return health_; }
  void Configure(const RuntimeConfig& config) override { config_ = config; }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override;
  bool LacksStream(const Method& method) const override { return lacking_.contains(&method); }

 private:
  class Unary;
  class Stream;
  class ApiCheck;

  void StateChanged(Channel::State state, const std::string& reason);
  void AskVersion();
  void TakeVersion(const RuntimeAnswer& answer);
  // From here on calls are sent in that API.
  void Speak(Api api);
  // The status and metadata of a call that has ended.
  RuntimeAnswer AnswerOf(CallEnd end) const;

  Loop& loop_;
  RuntimeConfig config_;
  Channel channel_;
  RuntimeHealth health_;
  // Streams that were answered UNIMPLEMENTED on the present connection.
  std::set<const Method*> lacking_;
  CallHandle version_call_;
};

}  // namespace crimux::proxy
