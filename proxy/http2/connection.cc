#include "proxy/http2/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "proxy/http2/callbacks.h"

namespace crimux::proxy::http2 {
namespace {

constexpr size_t kInputBytes = 32 << 10;
// Gathered for one write; a frame may go beyond.
constexpr size_t kOutputBytes = 64 << 10;
// How much a stream may send ahead of who reads it, and all streams of a connection.
constexpr int32_t kStreamWindow = 1 << 20;
constexpr int32_t kConnectionWindow = 16 << 20;
// Of a block of headers that is sent: an error's text may be long.
constexpr size_t kMostHeaderBytes = 1 << 20;
// Of one that may come. nghttp2 takes no header above 64 KiB, and gives up the connection for one.
constexpr uint32_t kMostReceivedHeaderBytes = 60 << 10;
// The last of a client's numbers for streams is 2^31 - 1.
constexpr uint32_t kSpent = 0x7fff0000;

struct DeleteOption {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, DeleteOption> MakeOptions(bool is_server) {
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  std::unique_ptr<nghttp2_option, DeleteOption> made(option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  // Else a server keeps each closed stream, for a tree of priorities that nobody uses.
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_send_header_block_length(option, kMostHeaderBytes);
  if (is_server) {
    // Clients of gRPC name a Unix socket's authority as they like.
    nghttp2_option_set_no_http_messaging(option, 1);
  } else {
    // Errors may begin and end with spaces, which gRPC doesn't escape.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
  }
  return made;
}

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
    : side_(side), events_(std::move(events)), socket_(loop.context()), input_(kInputBytes) {
  socket_.assign(boost::asio::local::stream_protocol(), socket.get());
  socket.release();
  auto options = MakeOptions(side == Side::kServer);
  auto make = side == Side::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  if (make(&session_, TheCallbacks(), this, options.get()) != 0) throw std::bad_alloc();
}

Connection::~Connection() {
  LoseStreams();
  nghttp2_session_del(session_);
}

void Connection::Start() {
  std::array<nghttp2_settings_entry, 3> settings = {
      {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMostReceivedHeaderBytes},
       {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}};
  // A server has no say in pushing.
  size_t count = settings.size() - (side_ == Side::kServer ? 1 : 0);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), count);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
  FlushSoon();
  Read();
}

bool Connection::Request(Stream& stream, const HeaderList& headers) {
  if (!is_open_) return false;
  nghttp2_data_provider data = Stream::DataOf();
  int32_t id =
      nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &data, &stream);
  if (id < 0) return false;
  stream.id_ = id;
  stream.connection_ = this;
  streams_.push_back(stream);
  FlushSoon();
  return true;
}

bool Connection::IsSpent() const { return nghttp2_session_get_next_stream_id(session_) > kSpent; }

void Connection::GoAway() {
  if (!is_open_ || std::exchange(is_leaving_, true)) return;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
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
  ssize_t taken = nghttp2_session_mem_recv(session_, input_.data(), bytes);
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
  bool is_over = is_open_ && output_.empty() && nghttp2_session_want_read(session_) == 0 &&
                 nghttp2_session_want_write(session_) == 0;
  if (is_over) Break("it has ended");
}

bool Connection::Gather() {
  while (output_.size() < kOutputBytes) {
    const uint8_t* bytes = nullptr;
    ssize_t size = nghttp2_session_mem_send(session_, &bytes);
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
  nghttp2_session_set_stream_user_data(session_, id, &stream);
}

void Connection::Detach(Stream& stream) {
  stream.unlink();
  stream.connection_ = nullptr;
  nghttp2_session_set_stream_user_data(session_, stream.id_, nullptr);
}

Stream* Connection::Find(int32_t id) const {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_, id));
}

Stream* Connection::FindUnsent(int32_t id) {
  auto found = std::find_if(streams_.begin(), streams_.end(),
                            [id](const Stream& stream) { return stream.id_ == id; });
  return found == streams_.end() ? nullptr : &*found;
}

}  // namespace crimux::proxy::http2
