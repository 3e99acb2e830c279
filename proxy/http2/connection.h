#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>

#include "base/fd.h"
#include "proxy/http2/session.h"
#include "proxy/http2/stream.h"
#include "proxy/loop/loop.h"

namespace crimux::proxy::http2 {

// One HTTP/2 connection over a Unix socket: nghttp2's session, and what moves its bytes. What is to
// be sent goes out once all that has come is worked on, so that a burst of calls is one write.
// Messages stay with their streams until the socket takes them, and a server whose client doesn't
// read its answers reads no more calls. Kept alive by itself until it is closed. Front thread.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  struct Events {
    // A server's: a stream that a client has opened. It owns itself.
    std::function<Stream*()> opened;
    // The other side has told its settings: it speaks HTTP/2.
    std::function<void(Connection& connection)> settled;
    // A client's: no more streams can be opened here. Those that are open go on. May come twice.
    std::function<void(Connection& connection)> going_away;
    // The last of all, with the reason; all streams are closed. Not after Close.
    std::function<void(Connection& connection, const std::string& reason)> closed;
  };

  // `socket` is connected and doesn't block.
  static std::shared_ptr<Connection> Serve(Loop& loop, UniqueFd socket, Events events);
  static std::shared_ptr<Connection> Connect(Loop& loop, UniqueFd socket, Events events);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A client's: opens a stream, whose first message may be sent at once. False when it can't be, as
  // the connection is closed or has no numbers left. One that is going away says so by OnClose.
  bool Request(Stream& stream, const HeaderList& headers);

  // A client's: whether the numbers of streams, of which there are a thousand million, run out.
  bool IsSpent() const;

  // Takes no new streams from here on. Closes once there are none.
  void GoAway();

  // Closes now; streams that are open are lost. Nothing is heard of it any more.
  void Close();

 private:
  friend class Stream;
  friend struct Callbacks;
  Connection(Loop& loop, UniqueFd socket, Side side, Events events);

  void Start();
  void Read();
  void HasRead(const boost::system::error_code& error, size_t bytes);
  // Sends soon what there is to send.
  void FlushSoon();
  void Flush();
  // Gets what nghttp2 has to send, as far as it fits; false when it is broken.
  bool Gather();
  // False when it is broken.
  bool Write();
  void AwaitRoom();
  void HasRoom(const boost::system::error_code& error);
  void TellTaken();
  // Closes, and says so.
  void Break(const std::string& reason);
  void Shut();
  void LoseStreams();

  void Attach(Stream& stream, int32_t id);
  void Detach(Stream& stream);
  // Nullptr when there is no such stream, or its object has gone.
  Stream* Find(int32_t id) const;
  // Also one whose headers have not been sent yet.
  Stream* FindUnsent(int32_t id);

  Side side_;
  Events events_;
  boost::asio::local::stream_protocol::socket socket_;
  Session session_;
  SelfList<Stream> streams_;
  std::vector<uint8_t> input_;
  std::string output_;
  size_t written_ = 0;  // of output_
  // Streams all of whose messages are in output_.
  std::vector<int32_t> taken_;
  bool flushing_soon_ = false;
  bool waits_for_room_ = false;
  // Nothing is read until there is room.
  bool is_paused_ = false;
  bool is_leaving_ = false;
  bool is_open_ = true;
  // Whether somebody wants to hear of events.
  bool is_heard_ = true;
};

}  // namespace crimux::proxy::http2
