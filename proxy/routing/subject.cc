#include "proxy/routing/subject.h"

#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

void AddPod(const runtime::v1::PodSandboxConfig& pod, RouteSubject* subject) {
  subject->annotations.insert(pod.annotations().begin(), pod.annotations().end());
  subject->labels.insert(pod.labels().begin(), pod.labels().end());
  subject->pod_namespace = pod.metadata().namespace_();
}

}  // namespace

std::optional<RouteSubject> SandboxSubject(const grpc::ByteBuffer& request) {
  runtime::v1::RunPodSandboxRequest message;
  if (!FromBuffer(request, &message)) return std::nullopt;
  RouteSubject subject;
  subject.handler = message.runtime_handler();
  AddPod(message.config(), &subject);
  return subject;
}

std::optional<RouteSubject> ImageSubject(const grpc::ByteBuffer& request) {
  // PullImageRequest's field 1 is that of the others; what they lack it, or they, leave unset.
  runtime::v1::PullImageRequest message;
  if (!FromBuffer(request, &message)) return std::nullopt;
  const runtime::v1::ImageSpec& image = message.image();
  RouteSubject subject;
  subject.image = image.image();
  subject.handler = image.runtime_handler();
  subject.annotations.insert(image.annotations().begin(), image.annotations().end());
  AddPod(message.sandbox_config(), &subject);
  return subject;
}

}  // namespace crimux::proxy
