#include "proxy/http2/callbacks.h"

#include <spdlog/spdlog.h>

#include "proxy/http2/connection.h"

namespace crimux::proxy::http2 {

// From nghttp2's C into streams. No exception goes back through it.
struct Callbacks {
  // What fails ends the one stream, if it is still open: 0 for one that isn't.
  template <typename Work>
  static int Guarded(void* user, int32_t id, const Work& work) {
    auto& connection = *static_cast<Connection*>(user);
    try {
      work(connection);
    } catch (...) {
      LogStrayException();
      if (id > 0) Reset(connection, id, NGHTTP2_INTERNAL_ERROR);
    }
    return 0;
  }

  static void Reset(const Connection& connection, int32_t id, uint32_t code) {
    nghttp2_submit_rst_stream(connection.session_.get(), NGHTTP2_FLAG_NONE, id, code);
  }

  static void Tell(Connection& connection, const std::function<void(Connection&)>& event) {
    if (connection.is_heard_ && event) event(connection);
  }

  static int BeginHeaders(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    return Guarded(user, frame->hd.stream_id, [&](Connection& connection) {
      bool opens = frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
      if (!opens || !connection.is_open_ || connection.is_leaving_) return;
      connection.Attach(*connection.events_.opened(), frame->hd.stream_id);
    });
  }

  static int Header(nghttp2_session* /*session*/, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t /*flags*/,
                    void* user) {
    return Guarded(user, frame->hd.stream_id, [&](Connection& connection) {
      Stream* stream = connection.Find(frame->hd.stream_id);
      if (stream == nullptr) return;
      stream->OnHeader({reinterpret_cast<const char*>(name), name_size},
                       {reinterpret_cast<const char*>(value), value_size});
    });
  }

  static int DataChunk(nghttp2_session* session, uint8_t /*flags*/, int32_t id, const uint8_t* data,
                       size_t size, void* user) {
    return Guarded(user, id, [&](Connection& connection) {
      // What a stream leaves lying holds up no other.
      nghttp2_session_consume_connection(session, size);
      Stream* stream = connection.Find(id);
      if (stream != nullptr) stream->OnData({reinterpret_cast<const char*>(data), size});
    });
  }

  static int FrameReceived(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    return Guarded(user, frame->hd.stream_id, [&](Connection& connection) {
      switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
        case NGHTTP2_DATA:
          return PartReceived(connection, *frame);
        case NGHTTP2_SETTINGS:
          if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0)
            Tell(connection, connection.events_.settled);
          return;
        case NGHTTP2_GOAWAY:
          return Tell(connection, connection.events_.going_away);
        default:
          return;
      }
    });
  }

  static void PartReceived(Connection& connection, const nghttp2_frame& frame) {
    int32_t id = frame.hd.stream_id;
    Stream* stream = connection.Find(id);
    if (stream != nullptr && frame.hd.type == NGHTTP2_HEADERS) stream->OnHeaders();
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
    stream = connection.Find(id);
    if (stream != nullptr) stream->OnEnd();
    if (connection.side_ == Side::kClient) EndRest(connection, id);
  }

  // All is answered: what of the request is still on its way is of no interest.
  static void EndRest(const Connection& connection, int32_t id) {
    bool is_client = connection.side_ == Side::kClient;
    auto closed = is_client ? nghttp2_session_get_stream_local_close
                            : nghttp2_session_get_stream_remote_close;
    if (closed(connection.session_.get(), id) == 0) Reset(connection, id, NGHTTP2_NO_ERROR);
  }

  static int FrameSent(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    return Guarded(user, frame->hd.stream_id, [&](Connection& connection) {
      bool is_part = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
      if (!is_part || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
      if (connection.side_ == Side::kServer) EndRest(connection, frame->hd.stream_id);
    });
  }

  static int FrameNotSent(nghttp2_session* /*session*/, const nghttp2_frame* frame, int error,
                          void* user) {
    return Guarded(user, 0, [&](Connection& connection) {
      if (frame->hd.type != NGHTTP2_HEADERS) return;
      int32_t id = frame->hd.stream_id;
      Stream* stream = connection.FindUnsent(id);
      if (stream == nullptr) return;
      if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        spdlog::debug("the headers of an answer can't be sent: {}", nghttp2_strerror(error));
        Reset(connection, id, NGHTTP2_INTERNAL_ERROR);
      }
      connection.Detach(*stream);
      stream->OnClose(NGHTTP2_REFUSED_STREAM);
    });
  }

  static int StreamClosed(nghttp2_session* /*session*/, int32_t id, uint32_t error_code,
                          void* user) {
    return Guarded(user, 0, [&](Connection& connection) {
      Stream* stream = connection.Find(id);
      if (stream == nullptr) return;
      connection.Detach(*stream);
      constexpr uint32_t kOther = NGHTTP2_INTERNAL_ERROR;
      stream->OnClose(error_code == kConnectionLost ? kOther : error_code);
    });
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, BeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, Header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, DataChunk);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, FrameReceived);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, FrameSent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(made, FrameNotSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, StreamClosed);
    return made;
  }
};

const nghttp2_session_callbacks* TheCallbacks() {
  static const nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  return callbacks;
}

}  // namespace crimux::proxy::http2
