#include "proxy/http2/session.h"

#include <array>
#include <new>

#include "proxy/http2/callbacks.h"
#include "proxy/http2/connection.h"

namespace crimux::proxy::http2 {
namespace {

// How much a stream may send ahead of who reads it, and all streams of a connection.
constexpr int32_t kStreamWindow = 1 << 20;
constexpr int32_t kConnectionWindow = 16 << 20;
// Of a block of headers that is sent: an error's text may be long.
constexpr size_t kMostHeaderBytes = 1 << 20;
// Of one that may come. nghttp2 takes no header above 64 KiB, and gives up the connection for one.
constexpr uint32_t kMostReceivedHeaderBytes = 60 << 10;

struct DeleteOption {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, DeleteOption> MakeOptions(Side side) {
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  std::unique_ptr<nghttp2_option, DeleteOption> made(option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  // Else a server keeps each closed stream, for a tree of priorities that nobody uses.
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_send_header_block_length(option, kMostHeaderBytes);
  if (side == Side::kServer) {
    // Clients of gRPC name a Unix socket's authority as they like.
    nghttp2_option_set_no_http_messaging(option, 1);
  } else {
    // Errors may begin and end with spaces, which gRPC doesn't escape.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
  }
  return made;
}

void SubmitSettings(Side side, nghttp2_session* session) {
  std::array<nghttp2_settings_entry, 3> settings = {
      {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMostReceivedHeaderBytes},
       {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}};
  // A server has no say in pushing.
  size_t count = settings.size() - (side == Side::kServer ? 1 : 0);
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), count);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

}  // namespace

Session MakeSession(Side side, Connection& connection) {
  auto options = MakeOptions(side);
  auto make = side == Side::kServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  nghttp2_session* session = nullptr;
  if (make(&session, TheCallbacks(), &connection, options.get()) != 0) throw std::bad_alloc();
  Session made(session);
  SubmitSettings(side, session);
  return made;
}

}  // namespace crimux::proxy::http2
