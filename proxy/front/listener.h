#pragma once

#include <filesystem>
#include <functional>

#include <boost/asio/local/stream_protocol.hpp>

#include "base/fd.h"
#include "proxy/front/socket_lock.h"
#include "proxy/loop/timer.h"

namespace crimux::proxy {

// Listens on the CRI socket (mode 0660). Clients that connect wait until they are accepted. Front
// thread.
class Listener {
 public:
  // The connection doesn't block, and isn't inherited by programs.
  using Accepted = std::function<void(UniqueFd)>;

  // Throws Error when the socket is another's or can't be made.
  Listener(Loop& loop, const std::filesystem::path& socket);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { Close(); }

  // Accepts from here on. Out of descriptors, it tries again.
  void Open(Accepted accepted);

  // Refuses new connections, and removes the socket.
  void Close();

 private:
  void Wait();
  void AcceptAll();
  void Hand(UniqueFd connection);

  Loop& loop_;
  SocketLock lock_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  Accepted accepted_;
  Timer retry_;
  // Out of descriptors, which is logged once.
  bool is_short_ = false;
};

}  // namespace crimux::proxy
