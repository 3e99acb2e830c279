#include "tests/proxy/raw_call.h"

namespace crimux {

grpc::Status CallBytes(const Node& node, const std::string& path, const std::string& request,
                       std::string* response) {
  grpc::GenericStub stub(node.MakeChannel());
  grpc::CompletionQueue queue;
  Context context;
  auto reader = stub.PrepareUnaryCall(&context, path, BufferOf(request), &queue);
  reader->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  reader->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  *response = BytesOf(answer);
  return status;
}

RawStream::RawStream(const Node& node, const std::string& path, const std::string& request,
                     std::chrono::milliseconds timeout) {
  context_.set_deadline(std::chrono::system_clock::now() + timeout);
  grpc::GenericStub stub(node.MakeChannel());
  stream_ = stub.PrepareCall(&context_, path, &queue_);
  stream_->StartCall(nullptr);
  Wait();
  stream_->WriteLast(BufferOf(request), grpc::WriteOptions(), nullptr);
  Wait();
}

RawStream::~RawStream() { context_.TryCancel(); }

std::optional<std::string> RawStream::Read() {
  grpc::ByteBuffer message;
  stream_->Read(&message, nullptr);
  if (!Wait()) return std::nullopt;
  return BytesOf(message);
}

grpc::Status RawStream::ReadAll(std::vector<std::string>* messages) {
  while (auto message = Read()) messages->push_back(*message);
  return Finish();
}

grpc::Status RawStream::Finish() {
  grpc::Status status;
  stream_->Finish(&status, nullptr);
  Wait();
  return status;
}

bool RawStream::Wait() {
  void* tag = nullptr;
  bool ok = false;
  queue_.Next(&tag, &ok);
  return ok;
}

grpc::Status StreamBytes(const Node& node, const std::string& path, const std::string& request,
                         std::vector<std::string>* messages) {
  RawStream stream(node, path, request);
  return stream.ReadAll(messages);
}

std::string Joined(const std::vector<std::string>& messages) {
  std::string joined;
  for (const std::string& message : messages) joined += message;
  return joined;
}

std::string Text(uint32_t field, const std::string& value) {
  return std::string(1, static_cast<char>(field << 3U | 2U)) +
         std::string(1, static_cast<char>(value.size())) + value;
}

}  // namespace crimux
