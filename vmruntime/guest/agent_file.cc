#include "vmruntime/guest/agent_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kMostAtOnce = 48 * 1024;
constexpr std::chrono::milliseconds kLookAgain{50};
constexpr int kMostLooks = 200;

// What the agent returns, or an Error when that is no answer to this command: guests are untrusted.
value Ask(const AskAgent& agent, const char* command, object arguments) {
  object request{{"execute", command}, {"arguments", std::move(arguments)}};
  boost::system::error_code error;
  value answer = boost::json::parse(agent(boost::json::serialize(request)), error);
  value* result = answer.is_object() ? answer.get_object().if_contains("return") : nullptr;
  if (!error && result != nullptr) return std::move(*result);
  throw Error(grpc::StatusCode::INTERNAL, "ask guest agent", command, "it answers nonsense");
}

int64_t IntegerOf(const value& answer, const char* command) {
  if (answer.is_int64()) return answer.get_int64();
  throw Error(grpc::StatusCode::INTERNAL, "ask guest agent", command, "it answers no number");
}

int64_t FieldOf(const value& answer, const char* field, const char* command) {
  const value* found = answer.is_object() ? answer.get_object().if_contains(field) : nullptr;
  return IntegerOf(found == nullptr ? value() : *found, command);
}

int64_t Open(const AskAgent& agent, const std::string& path) {
  constexpr const char* kCommand = "guest-file-open";
  return IntegerOf(Ask(agent, kCommand, {{"path", path}, {"mode", "w"}}), kCommand);
}

// Runs a program in the guest to its end. False: it may not be run, or fails.
bool Run(const AskAgent& agent, const char* program, array arguments) {
  try {
    value started = Ask(agent, "guest-exec", {{"path", program}, {"arg", std::move(arguments)}});
    int64_t pid = FieldOf(started, "pid", "guest-exec");
    for (int looks = 0; looks < kMostLooks; ++looks) {
      value status = Ask(agent, "guest-exec-status", {{"pid", pid}});
      const value* exited =
          status.is_object() ? status.get_object().if_contains("exited") : nullptr;
      if (exited != nullptr && *exited == true) {
        return FieldOf(status, "exitcode", "guest-exec-status") == 0;
      }
      std::this_thread::sleep_for(kLookAgain);
    }
  } catch (const Error& e) {
    if (e.code() != grpc::StatusCode::FAILED_PRECONDITION) throw;
  }
  return false;
}

int64_t OpenInFolder(const AskAgent& agent, const std::string& path) {
  std::string folder = path.substr(0, path.rfind('/'));
  if (!folder.empty()) Run(agent, "mkdir", {"-p", "--", folder});
  return Open(agent, path);
}

void WriteAllOf(const AskAgent& agent, int64_t handle, std::string_view content) {
  while (!content.empty()) {
    std::string_view part = content.substr(0, kMostAtOnce);
    value answer =
        Ask(agent, "guest-file-write", {{"handle", handle}, {"buf-b64", ToBase64(part)}});
    int64_t count = FieldOf(answer, "count", "guest-file-write");
    if (count <= 0 || static_cast<size_t>(count) > part.size()) {
      throw Error(grpc::StatusCode::INTERNAL, "ask guest agent", "guest-file-write",
                  fmt::format("it has written {} bytes of {}", count, part.size()));
    }
    content.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

void WriteByAgent(const AskAgent& agent, const GuestFile& file) {
  int64_t handle = OpenInFolder(agent, file.path);
  try {
    WriteAllOf(agent, handle, file.content);
  } catch (const Error&) {
    // The handle would stay open for as long as the agent lives.
    try {
      Ask(agent, "guest-file-close", {{"handle", handle}});
    } catch (const Error&) {  // The first error tells more.
    }
    throw;
  }
  Ask(agent, "guest-file-close", {{"handle", handle}});
  Run(agent, "chmod", {fmt::format("{:04o}", file.mode), "--", file.path});
}

}  // namespace crimux::vm
