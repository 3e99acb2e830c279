#include "vmruntime/network/cni/cni_plugin.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/process.h"
#include "vmruntime/network/cni/cni_config.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

// CNI's "try again later".
constexpr int64_t kTryAgainLater = 11;

std::optional<json::object> ParseOutput(const std::string& out) {
  boost::system::error_code failed;
  json::value value = json::parse(out, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return value.as_object();
}

int64_t ErrorCode(const json::object& error) {
  const json::value* code = error.if_contains("code");
  return code != nullptr && code->is_int64() ? code->as_int64() : 0;
}

// The plugin's error object in one line.
std::string Describe(const json::object& error) {
  std::string text = JsonString(error, "msg");
  std::string details = JsonString(error, "details");
  if (!details.empty()) text += "; " + details;
  return fmt::format("{} (code {})", text, ErrorCode(error));
}

Error PluginError(const std::string& operation, const std::string& type,
                  const ProcessResult& result) {
  if (result.timed_out) return {grpc::DEADLINE_EXCEEDED, operation, type, "timed out"};
  std::optional<json::object> error = ParseOutput(result.out);
  if (!error || JsonString(*error, "msg").empty()) {
    return {grpc::INTERNAL, operation, type, result.Failure()};
  }
  grpc::StatusCode code = ErrorCode(*error) == kTryAgainLater ? grpc::UNAVAILABLE : grpc::INTERNAL;
  return {code, operation, type, Describe(*error)};
}

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

CniPlugins::CniPlugins(std::vector<std::filesystem::path> bin_dirs,
                       std::chrono::milliseconds timeout)
    : bin_dirs_(std::move(bin_dirs)), timeout_(timeout) {}

std::filesystem::path CniPlugins::Find(const std::string& type) const {
  for (const std::filesystem::path& dir : bin_dirs_) {
    std::filesystem::path program = dir / type;
    std::error_code failed;
    if (std::filesystem::is_regular_file(program, failed) && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  std::string searched;
  for (const std::filesystem::path& dir : bin_dirs_) searched += " " + dir.string();
  throw Error(grpc::UNAVAILABLE, "find CNI plugin", type, "not in" + searched);
}

std::vector<std::string> CniPlugins::Environment(const std::string& command,
                                                 const CniAttachment& attachment) const {
  std::string path;
  for (const std::filesystem::path& dir : bin_dirs_) {
    path += (path.empty() ? "" : ":") + dir.string();
  }
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("CNI_")) all.emplace_back(*variable);
  }
  all.push_back("CNI_COMMAND=" + command);
  all.push_back("CNI_CONTAINERID=" + attachment.container_id);
  all.push_back("CNI_NETNS=" + attachment.netns);
  all.push_back("CNI_IFNAME=" + attachment.if_name);
  all.push_back("CNI_ARGS=" + attachment.args);
  all.push_back("CNI_PATH=" + path);
  return all;
}

json::object CniPlugins::Run(const std::string& command, const CniAttachment& attachment,
                             const json::object& config) const {
  std::string type = JsonString(config, "type");
  std::string operation = "CNI " + command;
  ProcessResult result = RunProcess({.argv = {Find(type).string()},
                                     .environment = Environment(command, attachment),
                                     .input = json::serialize(config),
                                     .timeout = timeout_});
  if (!result.Succeeded()) throw PluginError(operation, type, result);
  if (IsBlank(result.out)) return {};
  std::optional<json::object> output = ParseOutput(result.out);
  if (!output) throw Error(grpc::INTERNAL, operation, type, "its result is not a JSON object");
  return *std::move(output);
}

}  // namespace crimux::vm
