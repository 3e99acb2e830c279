#include "proxy/status/pages.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

json::array Ids(const std::vector<std::string>& ids) {
  json::array array;
  for (const std::string& id : ids) array.emplace_back(id);
  return array;
}

json::object Owned(const Backends& backends, Runtime* runtime) {
  const Owners& owners = backends.owners;
  return {{"sandboxes", owners.Count(Object::kSandbox, runtime)},
          {"containers", owners.Count(Object::kContainer, runtime)},
          {"images", backends.images.Count(runtime)},
          {"sandboxIds", Ids(owners.Ids(Object::kSandbox, runtime))},
          {"containerIds", Ids(owners.Ids(Object::kContainer, runtime))}};
}

// The last complete lists, which stand in for the runtime while it is away.
json::array Lists(const LastKnown& lists, const Runtime& runtime) {
  json::array array;
  for (const auto& [method, list] : lists.Of(runtime)) {
    std::chrono::duration<double> age = std::chrono::system_clock::now() - list.taken;
    array.push_back(
        {{"method", method}, {"bytes", list.answer.Length()}, {"ageSeconds", age.count()}});
  }
  return array;
}

json::object DescribeRuntime(const Backends& backends, const RuntimePtr& runtime) {
  const RuntimeHealth& health = runtime->health();
  std::chrono::duration<double> timeout = runtime->config().timeout;
  return {{"name", runtime->name()},
          {"endpoint", runtime->endpoint()},
          {"default", runtime == backends.Default()},
          {"state", StateName(backends.StateOf(*runtime))},
          {"api", PackageOf(health.api)},
          {"version", health.version},
          {"lastError", health.last_error},
          {"timeoutSeconds", timeout.count()},
          {"owned", Owned(backends, runtime.get())},
          {"lists", Lists(backends.lists, *runtime)}};
}

}  // namespace

std::string_view StateName(RuntimeState state) {
  switch (state) {
    case RuntimeState::kUp:
      return "up";
    case RuntimeState::kSlow:
      return "slow";
    case RuntimeState::kDown:
      return "down";
    case RuntimeState::kUnknown:
      break;
  }
  return "unknown";
}

json::object RuntimesPage(const Backends& backends) {
  json::array runtimes;
  for (const RuntimePtr& runtime : backends.runtimes) {
    runtimes.push_back(DescribeRuntime(backends, runtime));
  }
  return {{"runtimes", std::move(runtimes)}};
}

}  // namespace crimux::proxy
