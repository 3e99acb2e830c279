#include "proxy/status/snapshot.h"

#include "base/code_name.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

std::string_view StateName(RuntimeState state) {
  switch (state) {
    case RuntimeState::kUp:
      return "up";
    case RuntimeState::kDown:
      return "down";
    case RuntimeState::kUnknown:
      break;
  }
  return "unknown";
}

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

json::object Describe(const Backends& backends, const RuntimePtr& runtime) {
  const RuntimeHealth& health = runtime->health();
  return {{"name", runtime->name()},
          {"endpoint", runtime->endpoint()},
          {"default", runtime == backends.Default()},
          {"state", StateName(health.state)},
          {"version", health.version},
          {"lastError", health.last_error},
          {"owned", Owned(backends, runtime.get())}};
}

json::object Calls(const CallBook& book) {
  json::object methods;
  for (const auto& [method, codes] : book.counts()) {
    json::object counts;
    for (const auto& [code, count] : codes) counts[CodeName(code)] = count;
    methods[method] = std::move(counts);
  }
  json::object unknown;
  for (const auto& [path, count] : book.unknown()) unknown[path] = count;
  return {{"inFlight", book.in_flight()},
          {"methods", std::move(methods)},
          {"unknownMethods", std::move(unknown)}};
}

}  // namespace

json::object Snapshot(const Backends& backends, const CallBook& book,
                      std::chrono::steady_clock::time_point started) {
  json::array runtimes;
  for (const RuntimePtr& runtime : backends.runtimes) {
    runtimes.push_back(Describe(backends, runtime));
  }
  json::array routes;
  for (const RouteConfig& route : backends.router.routes()) {
    routes.emplace_back(crimux::proxy::Describe(route));
  }
  std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started;
  return {{"version", CRIMUX_VERSION},
          {"uptimeSeconds", uptime.count()},
          {"runtimes", std::move(runtimes)},
          {"routes", std::move(routes)},
          {"calls", Calls(book)}};
}

}  // namespace crimux::proxy
