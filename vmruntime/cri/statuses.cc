#include "vmruntime/cri/statuses.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using state::ContainerRecord;
using state::SandboxRecord;

// The name under which people know the image; the kubelet shows it.
std::string ImageName(const ContainerRecord& record, const ImageStore& images) {
  auto image = images.Find(record.image_ref());
  if (!image || image->tags.empty()) return record.config().image().image();
  return image->tags.front();
}

void FillNetwork(const SandboxRecord& record, cri::PodSandboxStatus& status) {
  // A pod without a network any more has no address, as the kubelet reads it.
  if (record.state() != SandboxRecord::READY || record.network().ips().empty()) return;
  const auto& ips = record.network().ips();
  status.mutable_network()->set_ip(ips[0]);
  for (int i = 1; i < ips.size(); ++i) {
    status.mutable_network()->add_additional_ips()->set_ip(ips[i]);
  }
}

}  // namespace

cri::ContainerState StateOf(const ContainerRecord& record) {
  switch (record.state()) {
    case ContainerRecord::CREATED:
      return cri::CONTAINER_CREATED;
    case ContainerRecord::RUNNING:
      return cri::CONTAINER_RUNNING;
    case ContainerRecord::EXITED:
    case ContainerRecord::REMOVING:
      return cri::CONTAINER_EXITED;
    default:
      return cri::CONTAINER_UNKNOWN;
  }
}

cri::ContainerStatus StatusOf(const ContainerRecord& record, const ImageStore& images) {
  cri::ContainerStatus status;
  status.set_id(record.id());
  *status.mutable_metadata() = record.config().metadata();
  status.set_state(StateOf(record));
  status.set_created_at(record.created_at());
  status.set_started_at(record.started_at());
  status.set_finished_at(record.finished_at());
  status.set_exit_code(record.exit_code());
  *status.mutable_image() = record.config().image();
  status.mutable_image()->set_image(ImageName(record, images));
  status.set_image_ref(record.image_ref());
  status.set_image_id(record.image_ref());
  status.set_reason(record.reason());
  status.set_message(record.message());
  *status.mutable_labels() = record.config().labels();
  *status.mutable_annotations() = record.config().annotations();
  *status.mutable_mounts() = record.config().mounts();
  status.set_log_path(record.log_path());
  *status.mutable_resources()->mutable_linux() = record.config().linux().resources();
  return status;
}

cri::PodSandboxState StateOf(const SandboxRecord& record) {
  return record.state() == SandboxRecord::READY ? cri::SANDBOX_READY : cri::SANDBOX_NOTREADY;
}

cri::PodSandboxStatus StatusOf(const SandboxRecord& record) {
  cri::PodSandboxStatus status;
  status.set_id(record.id());
  *status.mutable_metadata() = record.config().metadata();
  status.set_state(StateOf(record));
  status.set_created_at(record.created_at());
  FillNetwork(record, status);
  *status.mutable_linux()->mutable_namespaces()->mutable_options() =
      record.config().linux().security_context().namespace_options();
  *status.mutable_labels() = record.config().labels();
  *status.mutable_annotations() = record.config().annotations();
  status.set_runtime_handler(record.runtime_handler());
  return status;
}

}  // namespace crimux::vm
