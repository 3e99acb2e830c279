#include "tests/proxy/http2_peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <stdexcept>

namespace crimux {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};

sockaddr_un AddressOf(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

UniqueFd ConnectTo(const std::filesystem::path& socket) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = AddressOf(socket);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("connect to " + socket.native());
  }
  return fd;
}

UniqueFd ListenOn(const std::filesystem::path& socket) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = AddressOf(socket);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(fd.get(), 16) != 0) {
    throw std::runtime_error("listen on " + socket.native());
  }
  return fd;
}

bool IsReadable(int fd, int patience_ms) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, patience_ms) == 1;
}

std::vector<nghttp2_nv> Fields(const HeaderPairs& headers) {
  std::vector<nghttp2_nv> fields;
  auto bytes = [](const std::string& text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  for (const auto& [name, value] : headers) {
    fields.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return fields;
}

}  // namespace

std::string PeerStream::Header(const std::string& name) const {
  auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct Http2Peer::Callbacks {
  static Http2Peer& Of(void* user) { return *static_cast<Http2Peer*>(user); }

  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                    void* user) {
    Of(user).streams_[frame->hd.stream_id].headers.emplace(
        std::string(reinterpret_cast<const char*>(name), name_size),
        std::string(reinterpret_cast<const char*>(value), value_size));
    return 0;
  }

  static int Data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t size,
                  void* user) {
    Of(user).streams_[id].data.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }

  static int Frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Peer& peer = Of(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) peer.gone_away_ = true;
    if (frame->hd.type == NGHTTP2_HEADERS) peer.streams_[frame->hd.stream_id].has_headers = true;
    bool is_part = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (is_part && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      peer.streams_[frame->hd.stream_id].has_ended = true;
    }
    return 0;
  }

  static int Close(nghttp2_session*, int32_t id, uint32_t code, void* user) {
    Of(user).streams_[id].closed = code;
    return 0;
  }

  static ssize_t Read(nghttp2_session* session, int32_t id, uint8_t* to, size_t length,
                      uint32_t* flags, nghttp2_data_source*, void* user) {
    Body& body = Of(user).bodies_[id];
    size_t size = std::min(length, body.bytes.size());
    std::memcpy(to, body.bytes.data(), size);
    body.bytes.erase(0, size);
    if (!body.bytes.empty()) return static_cast<ssize_t>(size);
    if (!body.ends && size == 0) return NGHTTP2_ERR_DEFERRED;
    if (!body.ends) return static_cast<ssize_t>(size);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!body.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      auto fields = Fields(body.trailers);
      nghttp2_submit_trailer(session, id, fields.data(), fields.size());
    }
    return static_cast<ssize_t>(size);
  }
};

Http2Peer::Http2Peer(const std::filesystem::path& socket) : fd_(ConnectTo(socket)) { Start(false); }

Http2Peer::Http2Peer(UniqueFd accepted) : fd_(std::move(accepted)) { Start(true); }

Http2Peer::~Http2Peer() { nghttp2_session_del(session_); }

void Http2Peer::Start(bool is_server) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::Header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::Data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::Frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::Close);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_http_messaging(option, 1);
  nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
  auto make = is_server ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  make(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

nghttp2_data_provider Http2Peer::DataOf(int32_t /*id*/) {
  nghttp2_data_provider data{};
  data.read_callback = Callbacks::Read;
  return data;
}

int32_t Http2Peer::Call(const std::string& path, const HeaderPairs& headers,
                        const std::string& bytes, bool ends) {
  HeaderPairs all = {{":method", "POST"}, {":scheme", "http"},
                     {":path", path},     {":authority", "/run/crimux.sock"},
                     {"te", "trailers"},  {"content-type", "application/grpc"}};
  for (const auto& header : headers) {
    auto usual = std::find_if(all.begin(), all.end(),
                              [&](const auto& other) { return other.first == header.first; });
    if (usual == all.end()) {
      all.push_back(header);
    } else {
      usual->second = header.second;
    }
  }
  auto fields = Fields(all);
  nghttp2_data_provider data = DataOf(0);
  int32_t id = nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                      bytes.empty() && ends ? nullptr : &data, nullptr);
  bodies_[id] = {bytes, {}, ends};
  streams_[id];
  return id;
}

void Http2Peer::Answer(int32_t id, const HeaderPairs& headers, const std::string& bytes,
                       const HeaderPairs& trailers) {
  bool is_all = bytes.empty() && trailers.empty();
  bodies_[id] = {bytes, trailers, true};
  auto fields = Fields(headers);
  nghttp2_data_provider data = DataOf(id);
  nghttp2_submit_response(session_, id, fields.data(), fields.size(), is_all ? nullptr : &data);
  Flush();
}

void Http2Peer::Flush() {
  const uint8_t* bytes = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_, &bytes)) > 0) {
    while (size > 0) {
      ssize_t sent = ::send(fd_.get(), bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
      if (sent <= 0) {
        ended_ = true;
        return;
      }
      bytes += sent;
      size -= sent;
    }
  }
}

bool Http2Peer::ReadSome() {
  std::array<uint8_t, 65536> buffer;
  ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
  if (size <= 0 ||
      nghttp2_session_mem_recv(session_, buffer.data(), static_cast<size_t>(size)) < 0) {
    ended_ = true;
  }
  return !ended_;
}

bool Http2Peer::Until(const std::function<bool()>& condition) {
  auto end = steady_clock::now() + kPatience;
  while (true) {
    Flush();
    if (condition()) return true;
    if (ended_ || steady_clock::now() > end) return false;
    if (IsReadable(fd_.get(), 100)) ReadSome();
  }
}

const PeerStream& Http2Peer::Closed(int32_t id) {
  Until([&] { return streams_[id].closed.has_value(); });
  return streams_[id];
}

ScriptedRuntime::ScriptedRuntime(const std::filesystem::path& socket, Serve serve, Greet greet)
    : listener_(ListenOn(socket)),
      serve_(std::move(serve)),
      greet_(std::move(greet)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

ScriptedRuntime::~ScriptedRuntime() = default;

void ScriptedRuntime::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!IsReadable(listener_.get(), 20)) continue;
    UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (greet_) {
      greet_(std::move(connection));
    } else {
      ServeOne(stop, std::move(connection));
    }
  }
}

void ScriptedRuntime::ServeOne(const std::stop_token& stop, UniqueFd connection) {
  Http2Peer peer(std::move(connection));
  std::set<int32_t> served;
  while (!stop.stop_requested() && !peer.has_ended()) {
    for (const auto& [id, stream] : std::map(peer.streams())) {
      if (!stream.has_ended || !served.insert(id).second) continue;
      serve_(peer, id, stream.Header(":path"));
    }
    auto woken = steady_clock::now() + std::chrono::milliseconds(20);
    peer.Until([&] {
      return steady_clock::now() > woken || stop.stop_requested() ||
             std::any_of(peer.streams().begin(), peer.streams().end(), [&](const auto& entry) {
               return entry.second.has_ended && !served.contains(entry.first);
             });
    });
  }
}

std::string Framed(const std::string& message, char compressed) {
  std::string framed(1, compressed);
  for (int shift = 24; shift >= 0; shift -= 8) {
    framed += static_cast<char>(message.size() >> static_cast<unsigned>(shift));
  }
  return framed + message;
}

}  // namespace crimux
