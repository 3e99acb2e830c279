#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <optional>

#include "proxy/routing/router.h"

namespace crimux::proxy {

// The subject of a RunPodSandboxRequest; nothing when the bytes aren't one.
std::optional<RouteSubject> SandboxSubject(const grpc::ByteBuffer& request);

// The subject of a request whose field 1 is an ImageSpec: ImageStatus, RemoveImage, PullImage. Of
// PullImage, the pod's own annotations, labels and namespace count as well: the kubelet sends them.
std::optional<RouteSubject> ImageSubject(const grpc::ByteBuffer& request);

}  // namespace crimux::proxy
