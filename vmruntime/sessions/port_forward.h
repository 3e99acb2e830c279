#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "vmruntime/streaming/byte_stream.h"

namespace crimux::vm {

// Connects to a port of a pod and copies both ways. Either side may end its half before the other;
// returns when both have. Throws Error: UNAVAILABLE when nobody answers there.
Awaitable<void> ForwardPort(boost::asio::ip::tcp::endpoint endpoint, streaming::InputStream& in,
                            streaming::OutputStream& out);

}  // namespace crimux::vm
