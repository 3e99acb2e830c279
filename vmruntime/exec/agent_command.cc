#include "vmruntime/exec/agent_command.h"

#include <absl/strings/escaping.h>

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using grpc::StatusCode;

constexpr size_t kInputLimit = 1 << 20;
constexpr std::chrono::milliseconds kFirstLook{20};
constexpr std::chrono::milliseconds kLongestPause{500};

std::string Command(std::string_view name, json::object arguments = {}) {
  return json::serialize(json::object{{"execute", name}, {"arguments", std::move(arguments)}});
}

json::object ReturnOf(const std::string& answer) {
  boost::system::error_code error;
  json::value value = json::parse(answer, error);
  const json::value* result =
      !error && value.is_object() ? value.get_object().if_contains("return") : nullptr;
  if (result == nullptr || !result->is_object()) {
    throw Error(StatusCode::UNAVAILABLE, "understand", "the guest agent", "its answer is odd");
  }
  return result->get_object();
}

int64_t Integer(const json::object& object, std::string_view key, int64_t absent) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : absent;
}

bool Flag(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string Data(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  std::string bytes;
  if (value != nullptr && value->is_string()) {
    const json::string& text = value->get_string();
    absl::Base64Unescape(absl::string_view(text.data(), text.size()), &bytes);
  }
  return bytes;
}

std::string StartCommand(const std::vector<std::string>& command, const std::string& input) {
  json::object arguments{{"path", command.front()}, {"capture-output", true}};
  json::array words;
  for (size_t i = 1; i < command.size(); ++i) words.emplace_back(command[i]);
  arguments["arg"] = std::move(words);
  if (!input.empty()) arguments["input-data"] = absl::Base64Escape(input);
  return Command("guest-exec", std::move(arguments));
}

Awaitable<std::string> ReadInput(streaming::InputStream* in) {
  std::string all;
  while (in != nullptr) {
    std::string piece = co_await in->Read();
    if (piece.empty()) break;
    all += piece;
    if (all.size() > kInputLimit) {
      throw Error(StatusCode::INVALID_ARGUMENT, "send input through", "the guest agent",
                  "it is more than 1 MiB; SSH can take it (crimux.io/exec: ssh)");
    }
  }
  co_return all;
}

int ExitCode(const json::object& status) {
  int64_t signal = Integer(status, "signal", 0);
  return static_cast<int>(signal > 0 ? 128 + signal : Integer(status, "exitcode", 255));
}

// Kills a command in the guest, unless it has ended.
class AgentKiller {
 public:
  AgentKiller(std::shared_ptr<asio::thread_pool> pool, AgentCall agent, int64_t pid)
      : pool_(std::move(pool)), agent_(std::move(agent)), pid_(pid) {}
  AgentKiller(const AgentKiller&) = delete;
  AgentKiller& operator=(const AgentKiller&) = delete;
  ~AgentKiller() {
    if (ended_) return;
    std::string kill = StartCommand({"kill", "-KILL", std::to_string(pid_)}, "");
    asio::post(*pool_, [agent = agent_, kill] {
      try {
        agent(kill);
      } catch (const std::exception&) {
        // A guest that doesn't answer can't be made to kill anything.
      }
    });
  }
  void Ended() { ended_ = true; }

 private:
  std::shared_ptr<asio::thread_pool> pool_;
  AgentCall agent_;
  int64_t pid_;
  bool ended_ = false;
};

// What the thread that asks leaves for the coroutine, which may have been cancelled meanwhile.
struct Answer {
  explicit Answer(const asio::any_io_executor& executor) : came(executor) {}

  Signal came;
  bool is_there = false;
  std::string text;
  std::exception_ptr thrown;
};

}  // namespace

Awaitable<std::string> AgentCommands::Ask(AgentCall agent, std::string command) {
  asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto answer = std::make_shared<Answer>(executor);
  asio::post(*pool_, [answer, executor, agent = std::move(agent), command = std::move(command)] {
    try {
      answer->text = agent(command);
    } catch (...) {
      answer->thrown = std::current_exception();
    }
    asio::post(executor, [answer] {
      answer->is_there = true;
      answer->came.Notify();
    });
  });
  while (!answer->is_there) co_await answer->came.Wait();
  if (answer->thrown) std::rethrow_exception(answer->thrown);
  co_return std::move(answer->text);
}

Awaitable<bool> AgentCommands::Answers(AgentCall agent) {
  try {
    co_await Ask(std::move(agent), Command("guest-ping"));
    co_return true;
  } catch (const Error&) {
    co_return false;
  }
}

Awaitable<int> AgentCommands::Run(AgentCall agent, std::vector<std::string> command,
                                  streaming::CommandStreams streams) {
  std::string input = co_await ReadInput(streams.in);
  json::object started = ReturnOf(co_await Ask(agent, StartCommand(command, input)));
  int64_t pid = Integer(started, "pid", 0);
  AgentKiller killer(pool_, agent, pid);
  std::string look = Command("guest-exec-status", {{"pid", pid}});
  json::object status;
  for (auto pause = kFirstLook;; pause = std::min(2 * pause, kLongestPause)) {
    co_await Sleep(pause);
    status = ReturnOf(co_await Ask(agent, look));
    if (Flag(status, "exited")) break;
  }
  killer.Ended();
  std::string out = Data(status, "out-data");
  std::string err = Data(status, "err-data");
  if (streams.out != nullptr && !out.empty()) co_await streams.out->Write(std::move(out));
  if (streams.err != nullptr && !err.empty()) co_await streams.err->Write(std::move(err));
  co_return ExitCode(status);
}

}  // namespace crimux::vm
