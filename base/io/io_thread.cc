#include "base/io/io_thread.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <future>

#include <boost/asio/post.hpp>

namespace crimux {

IoThread::IoThread() : work_(context_.get_executor()), thread_([this] { Run(); }) {}

IoThread::~IoThread() { Stop(); }

void IoThread::Call(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  std::future<void> done = task.get_future();
  boost::asio::post(context_, std::move(task));
  done.get();
}

void IoThread::Stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void IoThread::Run() {
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& e) {
      spdlog::error("io thread: {}", e.what());
    }
  }
}

}  // namespace crimux
