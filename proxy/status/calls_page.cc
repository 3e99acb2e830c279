#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/code_name.h"
#include "proxy/status/pages.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

// "2026-03-04T05:06:07Z"
std::string WallTime(steady_clock::duration ago) {
  auto then = std::chrono::system_clock::now() -
              std::chrono::duration_cast<std::chrono::system_clock::duration>(ago);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(then)));
}

json::array InFlight(const CallBook& book, steady_clock::time_point now) {
  json::array calls;
  for (const OpenCall& call : book.open()) {
    calls.push_back({{"method", CallBook::MethodName(call.method)},
                     {"runtime", book.RuntimeName(call.runtime)},
                     {"ageSeconds", Seconds(now - call.started)}});
  }
  return calls;
}

json::array Finished(const CallBook& book, const std::vector<FinishedCall>& calls,
                     steady_clock::time_point now) {
  json::array list;
  for (const FinishedCall& call : calls) {
    list.push_back({{"method", CallBook::MethodName(call.method)},
                    {"runtime", book.RuntimeName(call.runtime)},
                    {"code", CodeName(call.code)},
                    {"seconds", Seconds(call.duration)},
                    {"agoSeconds", Seconds(now - call.ended)},
                    {"ended", WallTime(now - call.ended)}});
  }
  return list;
}

json::object Codes(const CallStats& stats) {
  json::object codes;
  for (int code = 0; code <= grpc::StatusCode::UNAUTHENTICATED; ++code) {
    auto count = stats.Count(static_cast<grpc::StatusCode>(code));
    if (count > 0) codes[CodeName(static_cast<grpc::StatusCode>(code))] = count;
  }
  return codes;
}

json::object DescribeMethod(std::string_view method, const std::string& runtime,
                            const CallStats& stats, steady_clock::time_point now) {
  return {{"method", method},
          {"runtime", runtime},
          {"calls", stats.calls()},
          {"codes", Codes(stats)},
          {"meanSeconds", Seconds(stats.total()) / static_cast<double>(stats.calls())},
          {"p99Seconds", Seconds(stats.Quantile(0.99))},
          {"maxSeconds", Seconds(stats.longest())},
          {"lastAgoSeconds", Seconds(now - stats.last())}};
}

}  // namespace

json::object CallsPage(const CallBook& book) {
  auto now = steady_clock::now();
  json::array methods;
  book.ForEach([&](std::string_view method, const std::string& runtime, const CallStats& stats) {
    methods.push_back(DescribeMethod(method, runtime, stats, now));
  });
  json::object unknown;
  for (const auto& [path, count] : book.unknown()) unknown[path] = count;
  return {{"inFlight", InFlight(book, now)},
          {"slowest", Finished(book, book.Slowest(now), now)},
          {"failed", Finished(book, book.Failed(), now)},
          {"methods", std::move(methods)},
          {"unknownMethods", std::move(unknown)}};
}

}  // namespace crimux::proxy
