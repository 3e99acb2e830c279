#include "ctl/cri/vms.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/id.h"
#include "ctl/cri/containers.h"

namespace crimux::ctl {
namespace {

// The verbose status of a VM names its domain; no container runtime has any.
bool IsVm(CriClient& client, const std::string& id) {
  runtime::v1::ContainerStatusRequest request;
  request.set_container_id(id);
  request.set_verbose(true);
  auto response =
      client.Call(&RuntimeStub::ContainerStatus, request, {"ContainerStatus", ShortId(id)});
  auto info = response.info().find("info");
  if (info == response.info().end()) return false;
  boost::json::error_code bad;
  boost::json::value value = boost::json::parse(info->second, bad);
  return !bad && value.is_object() && value.get_object().contains("domain");
}

}  // namespace

std::string FindRunningVm(CriClient& client, const std::string& pod, const std::string& name,
                          std::string_view operation) {
  runtime::v1::Container container = FindContainer(client, pod, name);
  if (!IsVm(client, container.id())) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, operation, pod,
                "it is a pod of containers, not a VM");
  }
  if (container.state() != runtime::v1::CONTAINER_RUNNING) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, operation, pod, "the VM is not running");
  }
  return container.id();
}

}  // namespace crimux::ctl
