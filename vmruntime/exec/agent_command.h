#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "base/io/waiting.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// Sends one command of QEMU's guest agent, in JSON, and waits for the answer. Blocks; throws Error.
using AgentCall = std::function<std::string(const std::string& command)>;

// Runs commands through the guest's agent, which has no terminal and no streams: input is read to
// its end first (at most 1 MiB), output comes when the command has ended (the agent keeps 16 MiB).
// The agent is asked on threads of a pool of its own, so that one that doesn't answer delays
// nobody.
class AgentCommands {
 public:
  AgentCommands() : pool_(std::make_shared<boost::asio::thread_pool>(4)) {}
  AgentCommands(const AgentCommands&) = delete;
  AgentCommands& operator=(const AgentCommands&) = delete;
  // Waits for the answers that are on their way.
  ~AgentCommands() { pool_->join(); }

  // Whether it answers at all.
  Awaitable<bool> Answers(AgentCall agent);
  // The exit code, or 128 + the signal that ended it. When it is cancelled, the command is killed.
  // Throws Error: FAILED_PRECONDITION when the agent refuses the command, NOT_FOUND when the guest
  // has no such program, UNAVAILABLE when the agent stops answering.
  Awaitable<int> Run(AgentCall agent, std::vector<std::string> command,
                     streaming::CommandStreams streams);

 private:
  Awaitable<std::string> Ask(AgentCall agent, std::string command);

  // Shared with commands that are given up later than this object, when their thread ends.
  std::shared_ptr<boost::asio::thread_pool> pool_;
};

}  // namespace crimux::vm
