#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "vmruntime/io/waiting.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// Sends one command of QEMU's guest agent, in JSON, and waits for the answer. Blocks; throws Error.
using AgentCall = std::function<std::string(const std::string& command)>;

// Runs commands through the guest's agent, which has no terminal and no streams: input is read to
// its end first (at most 1 MiB), output comes when the command has ended (the agent keeps 16 MiB).
class AgentCommands {
 public:
  // The agent is asked on threads of `pool`.
  explicit AgentCommands(boost::asio::thread_pool& pool) : pool_(pool) {}

  // Whether it answers at all.
  Awaitable<bool> Answers(AgentCall agent);
  // The exit code, or 128 + the signal that ended it. When it is cancelled, the command is killed.
  // Throws Error: FAILED_PRECONDITION when the agent refuses the command, NOT_FOUND when the guest
  // has no such program, UNAVAILABLE when the agent stops answering.
  Awaitable<int> Run(AgentCall agent, std::vector<std::string> command,
                     streaming::CommandStreams streams);

 private:
  Awaitable<std::string> Ask(AgentCall agent, std::string command);

  boost::asio::thread_pool& pool_;
};

}  // namespace crimux::vm
