#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

#include "base/pipe.h"

namespace crimux::ctl {

// Reads a file descriptor on a thread of its own: files can't be waited for, and others may share a
// terminal, for whom it must not become non-blocking. One piece is read ahead, and no more until it
// is taken.
class InputThread {
 public:
  // `arrived` is called on `executor`, of one io thread, for each piece. What can't be read counts
  // as ended.
  InputThread(int fd, const boost::asio::any_io_executor& executor, std::function<void()> arrived);
  InputThread(const InputThread&) = delete;
  InputThread& operator=(const InputThread&) = delete;
  // On the io thread. `arrived` isn't called any more.
  ~InputThread();

  // On the io thread: the piece that has arrived, empty at the end; nullopt: none is there.
  std::optional<std::string> Take();

 private:
  // What the io thread has of it; outlives this object in posts that are under way.
  struct Shared {
    std::function<void()> arrived;
    std::optional<std::string> piece;
  };

  void Run();
  // False: it is time to go.
  bool WaitForBytes() const;

  int fd_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Shared> shared_;
  Pipe stop_;
  std::counting_semaphore<> taken_{0};
  std::jthread thread_;
};

}  // namespace crimux::ctl
