#include "proxy/dispatch/list_chunks.h"

namespace crimux::proxy {

std::optional<grpc::ByteBuffer> ListChunks::Next() {
  std::string_view rest = list_.view().substr(passed_);
  if (rest.empty()) return std::nullopt;
  size_t size = 0;
  bool more = true;
  while (size < kSize && (more = fields_.Next())) size += fields_.raw().size();
  if (!more && !fields_.IsWellFormed()) size = rest.size();
  passed_ += size;
  return list_.Part(rest.substr(0, size));
}

}  // namespace crimux::proxy
