#pragma once

#include <nghttp2/nghttp2.h>

#include <string_view>
#include <vector>

namespace crimux::proxy::http2 {

// A block of headers to be sent. It holds views: what they see lives until the block is handed on.
class HeaderList {
 public:
  void Add(std::string_view name, std::string_view value) {
    fields_.push_back({Bytes(name), Bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }

  const nghttp2_nv* data() const { return fields_.data(); }
  size_t size() const { return fields_.size(); }

 private:
  // nghttp2 doesn't change what it reads.
  static uint8_t* Bytes(std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  }

  std::vector<nghttp2_nv> fields_;
};

}  // namespace crimux::proxy::http2
