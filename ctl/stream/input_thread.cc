#include "ctl/stream/input_thread.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>

namespace crimux::ctl {
namespace {

constexpr size_t kPiece = 32 << 10;

// Empty: the end.
std::string ReadPiece(int fd) {
  std::string piece(kPiece, '\0');
  ssize_t length = 0;
  do {
    length = ::read(fd, piece.data(), piece.size());
  } while (length < 0 && (errno == EINTR || errno == EAGAIN));
  piece.resize(length > 0 ? static_cast<size_t>(length) : 0);
  return piece;
}

}  // namespace

InputThread::InputThread(int fd, const boost::asio::any_io_executor& executor,
                         std::function<void()> arrived)
    : fd_(fd),
      executor_(executor),
      shared_(std::make_shared<Shared>(Shared{std::move(arrived), std::nullopt})),
      stop_(MakePipe()),
      thread_([this] { Run(); }) {}

InputThread::~InputThread() {
  shared_->arrived = [] {};
  stop_.write.reset();
  taken_.release();
  thread_.join();
}

std::optional<std::string> InputThread::Take() {
  std::optional<std::string> piece = std::exchange(shared_->piece, std::nullopt);
  if (piece && !piece->empty()) taken_.release();
  return piece;
}

void InputThread::Run() {
  for (bool more = true; more && WaitForBytes();) {
    std::string piece = ReadPiece(fd_);
    more = !piece.empty();
    boost::asio::post(executor_, [shared = shared_, piece = std::move(piece)]() mutable {
      shared->piece = std::move(piece);
      shared->arrived();
    });
    if (more) taken_.acquire();
  }
}

bool InputThread::WaitForBytes() const {
  std::array<pollfd, 2> waiting = {pollfd{.fd = fd_, .events = POLLIN},
                                   pollfd{.fd = stop_.read.get(), .events = POLLIN}};
  while (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) {
  }
  return waiting[1].revents == 0;
}

}  // namespace crimux::ctl
