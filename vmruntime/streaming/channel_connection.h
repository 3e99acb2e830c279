#pragma once

#include <chrono>
#include <vector>

#include "vmruntime/streaming/channel_message.h"
#include "vmruntime/streaming/pipe.h"
#include "vmruntime/streaming/send_queue.h"
#include "vmruntime/streaming/websocket_transport.h"

namespace crimux::vm::streaming {

// A WebSocket whose messages belong to channels, numbered from 0.
class ChannelConnection {
 public:
  // One channel as a stream.
  class Channel final : public InputStream, public OutputStream {
   public:
    Channel(ChannelConnection& connection, uint8_t number);

    Awaitable<std::string> Read() override { return pipe_.Read(); }
    Awaitable<void> Write(std::string bytes) override;
    // The protocols know no end of one channel.
    Awaitable<void> Close() override { co_return; }
    // Drops what the client sends.
    void Abandon() { pipe_.Abandon(); }

   private:
    friend class ChannelConnection;

    ChannelConnection& connection_;
    uint8_t number_;
    Pipe pipe_;
  };

  ChannelConnection(const boost::asio::any_io_executor& executor, WebSocketTransport& transport,
                    const ChannelProtocol& protocol, uint8_t channels,
                    std::chrono::milliseconds idle);

  // Until the client goes away or is idle for too long. Reads fail then.
  Awaitable<void> Run();
  Channel& channel(uint8_t number) { return *channels_.at(number); }

 private:
  Awaitable<void> ReadAll();
  void On(ChannelData message);
  void On(const ChannelClosed& message);
  Awaitable<void> WaitForRoom();
  bool HasRoom() const;
  void FailAll();

  boost::asio::any_io_executor executor_;
  WebSocketTransport& transport_;
  ChannelProtocol protocol_;
  std::chrono::milliseconds idle_;
  SendQueue queue_;
  std::vector<std::unique_ptr<Channel>> channels_;
};

}  // namespace crimux::vm::streaming
