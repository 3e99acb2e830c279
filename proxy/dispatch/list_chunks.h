#pragma once

#include <optional>

#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

// A list as the messages of a stream: cut between items, without copying.
class ListChunks {
 public:
  // A chunk ends with the item that reaches this size; bytes.
  static constexpr size_t kSize = 1 << 20;

  explicit ListChunks(const grpc::ByteBuffer& list) : list_(list), fields_(list_.view()) {}
  ListChunks(const ListChunks&) = delete;
  ListChunks& operator=(const ListChunks&) = delete;

  // Nothing after the last one. Bytes that aren't a list's come as they are, for the client to
  // judge.
  std::optional<grpc::ByteBuffer> Next();

 private:
  Flat list_;
  Fields fields_;
  size_t passed_ = 0;
};

}  // namespace crimux::proxy
