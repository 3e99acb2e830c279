#include "vmruntime/streaming/send_queue.h"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace crimux::vm::streaming {
namespace {

constexpr size_t kMostPosted = 256 << 10;

}  // namespace

Awaitable<void> SendQueue::Run() {
  try {
    co_await WriteAll();
  } catch (...) {
    broken_ = true;
    written_.Notify();
    throw;
  }
}

Awaitable<void> SendQueue::WriteAll() {
  for (;;) {
    while (items_.empty()) co_await came_.Wait();
    if (posted_ > kMostPosted) {
      throw boost::system::system_error(boost::asio::error::no_buffer_space);
    }
    co_await transport_.Write(items_.front().head, items_.front().body);
    items_.pop_front();
    ++last_written_;
    if (items_.empty()) posted_ = 0;
    written_.Notify();
  }
}

uint64_t SendQueue::Add(Item item) {
  items_.push_back(std::move(item));
  came_.Notify();
  return ++last_added_;
}

Awaitable<void> SendQueue::Send(std::string head, std::string body) {
  if (broken_) throw boost::system::system_error(boost::asio::error::broken_pipe);
  uint64_t number = Add({std::move(head), std::move(body)});
  co_await WaitFor(number);
  if (broken_) throw boost::system::system_error(boost::asio::error::broken_pipe);
}

void SendQueue::Post(std::string bytes) {
  if (broken_ || bytes.empty()) return;
  posted_ += bytes.size();
  // Over the limit only the first one matters: it ends the connection.
  if (posted_ > kMostPosted && items_.size() > 1) return;
  Add({std::move(bytes), std::string()});
}

Awaitable<void> SendQueue::Flush() { return WaitFor(last_added_); }

Awaitable<void> SendQueue::WaitFor(uint64_t number) {
  while (!broken_ && last_written_ < number) co_await written_.Wait();
}

}  // namespace crimux::vm::streaming
