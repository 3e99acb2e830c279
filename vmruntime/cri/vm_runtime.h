#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string_view>

#include "base/call_context.h"
#include "config/config.h"
#include "vmruntime/cri/event_stream.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/pod/displays.h"

namespace crimux::vm {

// The VM runtime: a complete CRI runtime whose containers are virtual machines. It knows nothing of
// who forwards calls to it. Machines, networks and logs outlive this object and the process; the
// next one on the same state directory takes them up again.
class VmRuntime {
 public:
  // Takes the state directory for itself, brings records and reality together, is ready then.
  // Throws Error that says what is missing on this node.
  explicit VmRuntime(const VmConfig& config);
  ~VmRuntime();

  // One CRI call, as bytes. Any thread; blocks until it is answered. Never throws.
  grpc::Status Call(std::string_view method_path, const CallContext& context,
                    const grpc::ByteBuffer& request, grpc::ByteBuffer* response);

  // One server-streaming call: GetContainerEvents; UNIMPLEMENTED for all others, whose unary lists
  // say the same. Any thread; blocks as long as the stream lives. Never throws.
  grpc::Status Stream(std::string_view method_path, const CallContext& context,
                      const StreamWriter& write);

  // For those who tell of it. Any thread.
  const ImageStore& images() const;
  const Displays& displays() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace crimux::vm
