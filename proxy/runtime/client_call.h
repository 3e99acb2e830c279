#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "proxy/http2/message_reader.h"
#include "proxy/http2/stream.h"
#include "proxy/runtime/channel.h"
#include "proxy/runtime/runtime.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

// How a call to a runtime ended.
struct CallEnd {
  grpc::Status status;
  // There was no connection, or it broke before the runtime's status came. The status is
  // UNAVAILABLE and says why.
  bool is_lost = false;
  Metadata initial_metadata;
  Metadata trailing_metadata;
};

// One call on a channel, unary or a server stream: sent once, never again. Its destruction calls it
// off. Front thread.
class ClientCall final : private http2::Stream, private ChannelWaiter {
 public:
  // On the front thread, never from inside the constructor or Next. The call may be destroyed in
  // them.
  class Listener {
   public:
    // For the first message, and for one more after each Next.
    virtual void HasMessage(grpc::ByteBuffer message) = 0;
    // The last, after all messages were taken.
    virtual void HasEnded(CallEnd end) = 0;

   protected:
    ~Listener() = default;
  };

  // `path` is what the request's method is called in the runtime's API; it, the request and the
  // listener outlive the call.
  ClientCall(Loop& loop, Channel& channel, const std::string& path, const RuntimeRequest& request,
             Listener& listener);
  ~ClientCall() override = default;

  // Asks for one more message. What nobody asks for stays with the runtime, but for a window.
  void Next();

 private:
  void Connected(http2::Connection* connection, const std::string& reason) override;
  void OnHeader(std::string_view name, std::string_view value) override;
  void OnHeaders() override;
  void OnData(std::string_view bytes) override;
  void OnClose(uint32_t error_code) override;

  void Open(http2::Connection& connection);
  void Expire();
  // Reads up to the end of a message; says how many bytes.
  size_t Read(std::string_view bytes);
  void ReadMore();
  // Hands on the message, if it is whole.
  void Deliver();
  void EndIfAllRead();
  // Once; nothing comes after it.
  void End(CallEnd end);
  grpc::Status StatusOf(uint32_t error_code) const;

  Loop& loop_;
  const std::string& path_;
  const RuntimeRequest& request_;
  Listener& listener_;
  Timer expiry_;
  // For what the listener is not told from inside its own call.
  Timer soon_;

  // The answer's headers.
  Metadata block_;
  std::string http_status_;
  std::string grpc_status_;
  std::string grpc_message_;
  std::string grpc_details_;
  bool has_initial_ = false;
  CallEnd end_;

  http2::MessageReader reader_{kMaxMessageBytes};
  // What has come and isn't read yet; up to unread_at_ it is.
  std::string unread_;
  size_t unread_at_ = 0;
  bool is_wanted_ = true;
  bool is_closed_ = false;
  bool has_ended_ = false;
};

}  // namespace crimux::proxy
