#include "proxy/lists/created.h"

#include <chrono>

#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

namespace cri = runtime::v1;

int64_t Now() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::optional<grpc::ByteBuffer> Sandbox(const grpc::ByteBuffer& request, const std::string& id) {
  cri::RunPodSandboxRequest asked;
  if (!FromBuffer(request, &asked)) return std::nullopt;
  cri::ListPodSandboxResponse list;
  cri::PodSandbox* sandbox = list.add_items();
  sandbox->set_id(id);
  *sandbox->mutable_metadata() = asked.config().metadata();
  sandbox->set_state(cri::SANDBOX_READY);
  sandbox->set_created_at(Now());
  *sandbox->mutable_labels() = asked.config().labels();
  *sandbox->mutable_annotations() = asked.config().annotations();
  sandbox->set_runtime_handler(asked.runtime_handler());
  return ToBuffer(list);
}

std::optional<grpc::ByteBuffer> Container(const grpc::ByteBuffer& request, const std::string& id) {
  cri::CreateContainerRequest asked;
  if (!FromBuffer(request, &asked)) return std::nullopt;
  cri::ListContainersResponse list;
  cri::Container* container = list.add_containers();
  container->set_id(id);
  container->set_pod_sandbox_id(asked.pod_sandbox_id());
  *container->mutable_metadata() = asked.config().metadata();
  *container->mutable_image() = asked.config().image();
  container->set_image_ref(asked.config().image().image());
  container->set_image_id(asked.config().image().image());
  container->set_state(cri::CONTAINER_CREATED);
  container->set_created_at(Now());
  *container->mutable_labels() = asked.config().labels();
  *container->mutable_annotations() = asked.config().annotations();
  return ToBuffer(list);
}

}  // namespace

std::optional<grpc::ByteBuffer> ListOfCreated(Object made, const grpc::ByteBuffer& request,
                                              const std::string& id) {
  if (made == Object::kSandbox) return Sandbox(request, id);
  if (made == Object::kContainer) return Container(request, id);
  return std::nullopt;
}

}  // namespace crimux::proxy
