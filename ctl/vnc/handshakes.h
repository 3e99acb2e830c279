#pragma once

#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "base/io/waiting.h"

// The beginnings of an RFB session (RFC 6143, 7.1 and 7.2), up to the viewer's ClientInit.
namespace crimux::ctl {

// As the server, to a viewer of version 3.3, 3.7 or 3.8: demands the password, and returns when the
// viewer has given it and has sent its ClientInit. Throws Error (PERMISSION_DENIED) for a wrong
// one, a second after it; the viewer has been told.
Awaitable<void> WelcomeViewer(boost::asio::ip::tcp::socket& viewer, const std::string& password);

// As a viewer, to a server that asks for no password. Sends a ClientInit that leaves other viewers
// connected. Throws Error (FAILED_PRECONDITION) for a server that wants something else.
Awaitable<void> GreetServer(boost::asio::local::stream_protocol::socket& server);

}  // namespace crimux::ctl
