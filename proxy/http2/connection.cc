#include "proxy/http2/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

namespace crimux::proxy::http2 {
namespace {

constexpr size_t kInputBytes = 32 << 10;
// Gathered for one write; a frame may go beyond.
constexpr size_t kOutputBytes = 64 << 10;
// The last of a client's numbers for streams is 2^31 - 1.
constexpr uint32_t kSpent = 0x7fff0000;

}  // namespace

std::shared_ptr<Connection> Connection::Serve(Loop& loop, UniqueFd socket, Events events) {
  std::shared_ptr<Connection> made(
      new Connection(loop, std::move(socket), Side::kServer, std::move(events)));
  made->Start();
  return made;
}

std::shared_ptr<Connection> Connection::Connect(Loop& loop, UniqueFd socket, Events events) {
  std::shared_ptr<Connection> made(
      new Connection(loop, std::move(socket), Side::kClient, std::move(events)));
  made->Start();
  return made;
}

Connection::Connection(Loop& loop, UniqueFd socket, Side side, Events events)
    : side_(side),
      events_(std::move(events)),
      socket_(loop.context()),
      session_(MakeSession(side, *this)),
      input_(kInputBytes) {
  socket_.assign(boost::asio::local::stream_protocol(), socket.get());
  socket.release();
}

Connection::~Connection() {
  LoseStreams();
  session_.reset();
}

void Connection::Start() {
  FlushSoon();
  Read();
}

bool Connection::Request(Stream& stream, const HeaderList& headers) {
  if (!is_open_) return false;
  nghttp2_data_provider data = Stream::DataOf();
  int32_t id = nghttp2_submit_request(session_.get(), nullptr, headers.data(), headers.size(),
                                      &data, &stream);
  if (id < 0) return false;
  stream.id_ = id;
  stream.connection_ = this;
  streams_.push_back(stream);
  FlushSoon();
  return true;
}

bool Connection::IsSpent() const {
  return nghttp2_session_get_next_stream_id(session_.get()) > kSpent;
}

void Connection::GoAway() {
  if (!is_open_ || std::exchange(is_leaving_, true)) return;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  FlushSoon();
}

void Connection::Close() {
  is_heard_ = false;
  Shut();
}

void Connection::Shut() {
  if (!std::exchange(is_open_, false)) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
  LoseStreams();
}

void Connection::Break(const std::string& reason) {
  if (!is_open_) return;
  auto self = shared_from_this();
  Shut();
  // What was lost with it may have closed it, too.
  if (is_heard_ && events_.closed) events_.closed(*this, reason);
}

void Connection::LoseStreams() {
  while (!streams_.empty()) {
    Stream& stream = streams_.front();
    Detach(stream);
    try {
      stream.OnClose(kConnectionLost);
    } catch (...) {
      LogStrayException();
    }
  }
}

void Connection::Read() {
  socket_.async_read_some(
      boost::asio::buffer(input_),
      [self = shared_from_this()](const boost::system::error_code& error, size_t bytes) {
        self->HasRead(error, bytes);
      });
}

void Connection::HasRead(const boost::system::error_code& error, size_t bytes) {
  if (!is_open_) return;
  if (error) return Break(error.message());
  ssize_t taken = nghttp2_session_mem_recv(session_.get(), input_.data(), bytes);
  if (!is_open_) return;
  if (taken < 0) return Break(nghttp2_strerror(static_cast<int>(taken)));
  FlushSoon();
  // The other side of a runtime's connection may wait for us to read.
  is_paused_ = waits_for_room_ && side_ == Side::kServer;
  if (!is_paused_) Read();
}

void Connection::FlushSoon() {
  if (std::exchange(flushing_soon_, true)) return;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->flushing_soon_ = false;
    self->Flush();
  });
}

void Connection::Flush() {
  while (is_open_ && !waits_for_room_) {
    if (!Gather()) return Break("HTTP/2 failed");
    if (!is_open_) return;
    if (output_.empty()) break;
    if (!Write()) return Break(std::strerror(errno));
  }
  bool is_over = is_open_ && output_.empty() && nghttp2_session_want_read(session_.get()) == 0 &&
                 nghttp2_session_want_write(session_.get()) == 0;
  if (is_over) Break("it has ended");
}

bool Connection::Gather() {
  while (output_.size() < kOutputBytes) {
    const uint8_t* bytes = nullptr;
    ssize_t size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size < 0) return false;
    if (size == 0) return true;
    output_.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }
  return true;
}

bool Connection::Write() {
  while (written_ < output_.size()) {
    ssize_t sent = ::send(socket_.native_handle(), output_.data() + written_,
                          output_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      AwaitRoom();
      return true;
    }
    if (sent < 0) return false;
    written_ += static_cast<size_t>(sent);
  }
  output_.clear();
  written_ = 0;
  TellTaken();
  return true;
}

void Connection::AwaitRoom() {
  waits_for_room_ = true;
  socket_.async_wait(boost::asio::socket_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->HasRoom(error);
                     });
}

void Connection::HasRoom(const boost::system::error_code& error) {
  waits_for_room_ = false;
  if (!is_open_) return;
  if (error || !Write()) return Break("it can't be written to");
  Flush();
  if (is_open_ && !waits_for_room_ && std::exchange(is_paused_, false)) Read();
}

void Connection::TellTaken() {
  std::vector<int32_t> taken = std::exchange(taken_, {});
  for (int32_t id : taken) {
    Stream* stream = Find(id);
    if (stream == nullptr) continue;
    try {
      stream->OnTaken();
    } catch (...) {
      LogStrayException();
      if (Stream* left = Find(id)) left->Reset(NGHTTP2_INTERNAL_ERROR);
    }
  }
}

void Connection::Attach(Stream& stream, int32_t id) {
  stream.id_ = id;
  stream.connection_ = this;
  streams_.push_back(stream);
  nghttp2_session_set_stream_user_data(session_.get(), id, &stream);
}

void Connection::Detach(Stream& stream) {
  stream.unlink();
  stream.connection_ = nullptr;
  nghttp2_session_set_stream_user_data(session_.get(), stream.id_, nullptr);
}

Stream* Connection::Find(int32_t id) const {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

Stream* Connection::FindUnsent(int32_t id) {
  auto found = std::find_if(streams_.begin(), streams_.end(),
                            [id](const Stream& stream) { return stream.id_ == id; });
  return found == streams_.end() ? nullptr : &*found;
}

}  // namespace crimux::proxy::http2
