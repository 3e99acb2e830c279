#include "proxy/lists/fingerprint.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <functional>
#include <memory>
#include <string>

#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> NewAnswer(Object items) {
  switch (items) {
    case Object::kSandbox:
      return std::make_unique<runtime::v1::ListPodSandboxResponse>();
    case Object::kContainer:
      return std::make_unique<runtime::v1::ListContainersResponse>();
    default:
      return std::make_unique<runtime::v1::ListImagesResponse>();
  }
}

std::string Deterministic(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

}  // namespace

uint64_t Fingerprint(const Method& list, const grpc::ByteBuffer& answer) {
  std::unique_ptr<Message> message = NewAnswer(list.traits.items);
  if (!FromBuffer(answer, message.get())) return 0;
  const auto* field = message->GetDescriptor()->FindFieldByNumber(1);
  const auto* reflection = message->GetReflection();
  // A sum, as the order of the items is not to matter.
  uint64_t sum = 1;
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    const Message& item = reflection->GetRepeatedMessage(*message, field, i);
    sum += std::hash<std::string>()(Deterministic(item));
  }
  return sum;
}

}  // namespace crimux::proxy
