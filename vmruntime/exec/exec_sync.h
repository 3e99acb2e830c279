#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/call_context.h"
#include "vmruntime/exec/guest_commands.h"

namespace crimux::vm {

struct ExecResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// What the kubelet takes of an output (16 MiB); more is dropped.
inline constexpr size_t kExecOutputLimit = 16U << 20;

// Runs a command in a guest on the thread of `io`, while the calling thread waits; `timeout` counts
// from when the guest has booted (GuestCommands::AwaitBoot). Throws what
// GuestCommands::Run throws; DEADLINE_EXCEEDED when `timeout` is over, CANCELLED when the caller
// has gone, and the command has been killed then.
ExecResult ExecSync(boost::asio::io_context& io, GuestCommands& commands,
                    const streaming::CommandRequest& request,
                    std::optional<std::chrono::seconds> timeout, const CallContext& context);

}  // namespace crimux::vm
