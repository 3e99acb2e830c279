#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>

namespace crimux::proxy::http2 {

class Connection;

enum class Side { kServer, kClient };

struct SessionDeleter {
  void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
};
using Session = std::unique_ptr<nghttp2_session, SessionDeleter>;

// nghttp2's half of a connection: its callbacks lead to `connection`, and our settings and windows
// wait to be sent. Throws std::bad_alloc.
Session MakeSession(Side side, Connection& connection);

}  // namespace crimux::proxy::http2
