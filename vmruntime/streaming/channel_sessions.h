#pragma once

#include "vmruntime/streaming/channel_message.h"
#include "vmruntime/streaming/command.h"
#include "vmruntime/streaming/spdy_sessions.h"
#include "vmruntime/streaming/websocket_transport.h"

namespace crimux::vm::streaming {

// One session over the channels of a WebSocket, as those in spdy_sessions.h.

Awaitable<void> ServeChannelCommand(WebSocketTransport& transport, const Command& command,
                                    const ChannelProtocol& protocol, Handlers& handlers,
                                    SessionTimes times);
// One connection to each of the request's ports, from the start; ends when all have. The request
// has at most kMostChannels / 2 ports.
Awaitable<void> ServeChannelPortForward(WebSocketTransport& transport,
                                        const PortForwardRequest& request,
                                        const ChannelProtocol& protocol, Handlers& handlers,
                                        SessionTimes times);

}  // namespace crimux::vm::streaming
