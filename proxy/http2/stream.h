#pragma once

#include <cstdint>
#include <string_view>

#include "base/self_list.h"
#include "proxy/http2/header_list.h"
#include "proxy/http2/metadata.h"
#include "proxy/http2/outgoing.h"

namespace crimux::proxy::http2 {

class Connection;

// The code of OnClose when the connection broke; it doesn't come from the other side.
inline constexpr uint32_t kConnectionLost = UINT32_MAX;

// One call's stream on a connection. The object may be destroyed at any time, which resets a stream
// that is still open; nothing is heard of it after that. Front thread.
//
//   server:  OnHeader* OnHeaders OnData* OnEnd
//            Respond Send* Finish, or Respond with all of it
//   client:  Connection::Request Send Finish
//            OnHeader* OnHeaders OnData* OnHeader* OnHeaders OnEnd
//
// and OnClose at last, at any point.
class Stream : public SelfListHook {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

 protected:
  virtual ~Stream();

  // On the front thread, from inside the connection: they may use streams and destroy this one.
  virtual void OnHeader(std::string_view name, std::string_view value) = 0;
  // A block of headers has come.
  virtual void OnHeaders() = 0;
  virtual void OnData(std::string_view bytes) = 0;
  // The other side has sent all.
  virtual void OnEnd() {}
  // The connection has taken all that was sent so far.
  virtual void OnTaken() {}
  // There is no stream any more: both sides have sent all, one has reset it, or the connection
  // broke (kConnectionLost). The last of all.
  virtual void OnClose(uint32_t error_code) = 0;

  // Starts the answer. Without `more` the headers are all of it.
  void Respond(const HeaderList& headers, bool more);
  // After Respond or Request: one message.
  void Send(const grpc::ByteBuffer& message);
  // Nothing is sent after what was sent. A server's stream ends with the trailers.
  void Finish(Metadata trailers = {});
  // Lets the other side send as much more. To be called for all that OnData brought.
  void Consume(size_t bytes);
  // Ends the stream soon, with that code of HTTP/2.
  void Reset(uint32_t error_code);

 private:
  friend class Connection;
  friend struct Callbacks;

  bool is_open() const { return connection_ != nullptr; }
  void Resume();
  // How nghttp2 gets what is to be sent.
  static nghttp2_data_provider DataOf();
  ptrdiff_t Read(uint8_t* to, size_t length, uint32_t* flags);
  void SubmitTrailers(uint32_t* flags);

  // While the stream is open.
  Connection* connection_ = nullptr;
  int32_t id_ = -1;
  Outgoing outgoing_;
  Metadata trailers_;
  bool is_finished_ = false;
  // The connection found nothing to send and is to be told of more.
  bool waits_ = false;
  bool is_taken_ = true;
  bool is_reset_ = false;
};

}  // namespace crimux::proxy::http2
