#include "proxy/wire/message.h"

namespace crimux::proxy {

Flat::Flat(const grpc::ByteBuffer& buffer) {
  if (!buffer.Valid() || buffer.Length() == 0) return;
  if (!buffer.TrySingleSlice(&slice_).ok()) (void)buffer.DumpToSingleSlice(&slice_);
}

grpc::ByteBuffer Flat::Part(std::string_view part) const {
  auto begin = static_cast<size_t>(part.data() - view().data());
  grpc::Slice slice = slice_.sub(begin, begin + part.size());
  return {&slice, 1};
}

grpc::ByteBuffer ToBuffer(std::string_view bytes) {
  grpc::Slice slice(bytes.data(), bytes.size());
  return {&slice, 1};
}

grpc::ByteBuffer ToBuffer(const google::protobuf::MessageLite& message) {
  return ToBuffer(message.SerializeAsString());
}

bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message) {
  Flat flat(buffer);
  return message->ParseFromArray(flat.view().data(), static_cast<int>(flat.view().size()));
}

grpc::ByteBuffer Concatenate(const std::vector<grpc::ByteBuffer>& buffers) {
  std::vector<grpc::Slice> all;
  std::vector<grpc::Slice> slices;
  for (const grpc::ByteBuffer& buffer : buffers) {
    if (!buffer.Valid() || !buffer.Dump(&slices).ok()) continue;
    for (grpc::Slice& slice : slices) all.push_back(std::move(slice));
  }
  return {all.data(), all.size()};
}

}  // namespace crimux::proxy
