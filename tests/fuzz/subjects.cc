// What routes decide by, out of requests.
#include "proxy/routing/subject.h"
#include "proxy/wire/message.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

void Sandbox(std::string_view bytes) {
  runtime::v1::RunPodSandboxRequest request;
  auto subject = proxy::SandboxSubject(proxy::ToBuffer(bytes));
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  Require(subject.has_value(), "a request has a subject");
  Require(subject->handler == request.runtime_handler(), "its handler is the request's");
  Require(subject->annotations.size() == request.config().annotations().size(),
          "all annotations are there");
}

void Image(std::string_view bytes) {
  runtime::v1::ImageStatusRequest request;
  auto subject = proxy::ImageSubject(proxy::ToBuffer(bytes));
  if (!subject || !request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  Require(subject->image == request.image().image(), "its image is the request's");
}

}  // namespace

std::vector<std::string> Seeds() {
  runtime::v1::ImageStatusRequest status;
  status.mutable_image()->set_image("vm.example/disk:1");
  status.set_verbose(true);
  return {SampleSandboxRequest(), SamplePullRequest(), status.SerializeAsString()};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Sandbox(crimux::fuzz::Text(data, size));
  crimux::fuzz::Image(crimux::fuzz::Text(data, size));
  return 0;
}
