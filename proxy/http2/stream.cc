#include "proxy/http2/stream.h"

#include <utility>

#include "proxy/http2/connection.h"

namespace crimux::proxy::http2 {

Stream::~Stream() {
  if (!is_open()) return;
  Reset(NGHTTP2_CANCEL);
  connection_->Detach(*this);
}

void Stream::Respond(const HeaderList& headers, bool more) {
  if (!is_open()) return;
  nghttp2_data_provider data = DataOf();
  nghttp2_submit_response(connection_->session_.get(), id_, headers.data(), headers.size(),
                          more ? &data : nullptr);
  connection_->FlushSoon();
}

void Stream::Send(const grpc::ByteBuffer& message) {
  outgoing_.Add(message);
  is_taken_ = false;
  Resume();
}

void Stream::Finish(Metadata trailers) {
  trailers_ = std::move(trailers);
  is_finished_ = true;
  Resume();
}

void Stream::Consume(size_t bytes) {
  if (!is_open()) return;
  // The connection's share was given back as it came.
  nghttp2_session_consume_stream(connection_->session_.get(), id_, bytes);
  connection_->FlushSoon();
}

void Stream::Reset(uint32_t error_code) {
  // Twice would reach the other side for a stream that was called off before it was sent.
  if (!is_open() || std::exchange(is_reset_, true)) return;
  nghttp2_submit_rst_stream(connection_->session_.get(), NGHTTP2_FLAG_NONE, id_, error_code);
  connection_->FlushSoon();
}

void Stream::Resume() {
  if (!is_open()) return;
  if (std::exchange(waits_, false)) nghttp2_session_resume_data(connection_->session_.get(), id_);
  connection_->FlushSoon();
}

nghttp2_data_provider Stream::DataOf() {
  nghttp2_data_provider data{};
  data.read_callback = [](nghttp2_session* session, int32_t id, uint8_t* to, size_t length,
                          uint32_t* flags, nghttp2_data_source*, void*) {
    // Of an object that has gone the stream was reset, and nothing is asked for.
    auto* stream = static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
    if (stream == nullptr) return static_cast<ssize_t>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE);
    return static_cast<ssize_t>(stream->Read(to, length, flags));
  };
  return data;
}

ptrdiff_t Stream::Read(uint8_t* to, size_t length, uint32_t* flags) {
  size_t bytes = outgoing_.Take(to, length);
  if (!outgoing_.empty()) return static_cast<ptrdiff_t>(bytes);
  if (!is_taken_) {
    is_taken_ = true;
    connection_->taken_.push_back(id_);
  }
  if (is_finished_) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!trailers_.empty()) SubmitTrailers(flags);
  } else if (bytes == 0) {
    waits_ = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ptrdiff_t>(bytes);
}

void Stream::SubmitTrailers(uint32_t* flags) {
  HeaderList headers;
  for (const auto& [name, value] : trailers_) headers.Add(name, value);
  *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  nghttp2_submit_trailer(connection_->session_.get(), id_, headers.data(), headers.size());
}

}  // namespace crimux::proxy::http2
