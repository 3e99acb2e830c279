#include "proxy/http2/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <memory>
#include <string>

#include "proxy/wire/message.h"

namespace crimux::proxy::http2 {
namespace {

// zlib's window, and 32 for "gzip or zlib, whichever it is".
constexpr int kWindowBits = 15 + 32;

struct InflateEnd {
  void operator()(z_stream* stream) const { ::inflateEnd(stream); }
};

grpc::Status Malformed() {
  return {grpc::StatusCode::INTERNAL, "the request is marked as compressed, and can't be inflated"};
}

}  // namespace

bool IsKnownEncoding(std::string_view encoding) {
  return encoding == "identity" || encoding == "gzip" || encoding == "deflate";
}

grpc::Status Inflate(size_t limit, grpc::ByteBuffer* message) {
  Flat compressed(*message);
  z_stream stream{};
  if (::inflateInit2(&stream, kWindowBits) != Z_OK) return Malformed();
  std::unique_ptr<z_stream, InflateEnd> end(&stream);
  // zlib doesn't change what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.view().data()));
  stream.avail_in = static_cast<uInt>(compressed.view().size());
  std::string plain;
  std::array<char, 16384> part;
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    result = ::inflate(&stream, Z_NO_FLUSH);
    plain.append(part.data(), part.size() - stream.avail_out);
    if (plain.size() > limit) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED,
              fmt::format("the request has more than {} bytes once inflated", limit)};
    }
  }
  if (result != Z_STREAM_END || stream.avail_in > 0) return Malformed();
  *message = ToBuffer(plain);
  return grpc::Status::OK;
}

}  // namespace crimux::proxy::http2
