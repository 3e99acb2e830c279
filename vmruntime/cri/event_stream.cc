#include "vmruntime/cri/event_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "base/error.h"
#include "vmruntime/cri/statuses.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

cri::ContainerEventType TypeOf(PodEventType type) {
  switch (type) {
    case PodEventType::kCreated:
      return cri::CONTAINER_CREATED_EVENT;
    case PodEventType::kStarted:
      return cri::CONTAINER_STARTED_EVENT;
    case PodEventType::kStopped:
      return cri::CONTAINER_STOPPED_EVENT;
    case PodEventType::kDeleted:
      break;
  }
  return cri::CONTAINER_DELETED_EVENT;
}

cri::ContainerEventResponse ToMessage(const PodEvent& event, const ImageStore& images) {
  cri::ContainerEventResponse message;
  message.set_container_id(event.id);
  message.set_container_event_type(TypeOf(event.type));
  message.set_created_at(event.time);
  *message.mutable_pod_sandbox_status() = StatusOf(event.sandbox);
  for (const state::ContainerRecord& container : event.containers) {
    *message.add_containers_statuses() = StatusOf(container, images);
  }
  return message;
}

}  // namespace

void StreamEvents(PodEvents& events, const ImageStore& images, const CallContext& context,
                  const StreamWriter& write) {
  PodEvents::Reader reader(events);
  while (PodEventPtr event = reader.Next(context.cancelled)) {
    grpc::ByteBuffer bytes;
    bool own_buffer = false;
    grpc::Status status = grpc::SerializationTraits<cri::ContainerEventResponse>::Serialize(
        ToMessage(*event, images), &bytes, &own_buffer);
    if (!status.ok()) throw Error(status);
    if (!write(bytes)) return;
  }
}

}  // namespace crimux::vm
