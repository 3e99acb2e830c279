#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/io/waiting.h"
#include "vmruntime/streaming/transport.h"

namespace crimux::vm::streaming {

// Puts what many streams have to say on one connection, in the order in which it comes. Who sends
// data waits until it is written, so that each stream has one piece in memory; short answers don't
// wait, and a client that makes them pile up has its connection broken.
class SendQueue {
 public:
  SendQueue(const boost::asio::any_io_executor& executor, Transport& transport)
      : transport_(transport), came_(executor), written_(executor) {}

  // Writes until the connection breaks, which it throws. To run all the time.
  Awaitable<void> Run();

  // Throws boost::system::system_error when the connection breaks.
  Awaitable<void> Send(std::string head, std::string body);
  void Post(std::string bytes);
  // Until all is written, or the connection is broken.
  Awaitable<void> Flush();

 private:
  struct Item {
    std::string head;
    std::string body;
  };

  uint64_t Add(Item item);
  Awaitable<void> WriteAll();
  Awaitable<void> WaitFor(uint64_t number);

  Transport& transport_;
  Signal came_;
  Signal written_;
  std::deque<Item> items_;  // the first one is being written
  uint64_t last_added_ = 0;
  uint64_t last_written_ = 0;
  size_t posted_ = 0;  // bytes, since the queue was last empty
  bool broken_ = false;
};

}  // namespace crimux::vm::streaming
