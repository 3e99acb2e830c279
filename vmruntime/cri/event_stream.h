#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <functional>

#include "base/call_context.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/pod/pod_events.h"

namespace crimux::vm {

// Sends one message of a stream; blocks while the client is busy with the one before. False when
// the client has gone.
using StreamWriter = std::function<bool(const grpc::ByteBuffer& message)>;

// GetContainerEvents: each event from now on, with the statuses of its pod as they were right after
// it. Returns when the client has gone. Throws RESOURCE_EXHAUSTED when it is too slow to hear of
// all; it had better list again then.
void StreamEvents(PodEvents& events, const ImageStore& images, const CallContext& context,
                  const StreamWriter& write);

}  // namespace crimux::vm
