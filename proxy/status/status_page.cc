#include "base/code_name.h"
#include "proxy/status/pages.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

void AddCodes(const CallStats& stats, json::object* counts) {
  for (int i = 0; i <= grpc::StatusCode::UNAUTHENTICATED; ++i) {
    auto code = static_cast<grpc::StatusCode>(i);
    if (stats.Count(code) == 0) continue;
    json::value& count = (*counts)[CodeName(code)];
    count = (count.is_null() ? 0 : count.to_number<uint64_t>()) + stats.Count(code);
  }
}

// By method and code, over all runtimes.
json::object Methods(const CallBook& book) {
  json::object methods;
  book.ForEach([&](std::string_view method, const std::string&, const CallStats& stats) {
    json::value& counts = methods[method];
    if (counts.is_null()) counts.emplace_object();
    AddCodes(stats, &counts.as_object());
  });
  return methods;
}

json::object Calls(const CallBook& book) {
  json::object unknown;
  for (const auto& [path, count] : book.unknown()) unknown[path] = count;
  return {{"inFlight", book.in_flight()},
          {"methods", Methods(book)},
          {"unknownMethods", std::move(unknown)}};
}

}  // namespace

json::object StatusPage(const Observed& observed) {
  json::array routes;
  for (const RouteConfig& route : observed.backends.router.routes()) {
    routes.emplace_back(Describe(route));
  }
  std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - observed.started;
  return {{"version", CRIMUX_VERSION},
          {"uptimeSeconds", uptime.count()},
          {"runtimes", RuntimesPage(observed.backends)["runtimes"]},
          {"routes", std::move(routes)},
          {"calls", Calls(observed.book)}};
}

}  // namespace crimux::proxy
