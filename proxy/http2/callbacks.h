#pragma once

#include <nghttp2/nghttp2.h>

namespace crimux::proxy::http2 {

// What nghttp2 calls, for all connections: a session's user data is its Connection. It lives for
// ever.
const nghttp2_session_callbacks* TheCallbacks();

}  // namespace crimux::proxy::http2
