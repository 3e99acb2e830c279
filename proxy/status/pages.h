#pragma once

#include <chrono>
#include <string>

#include <boost/json.hpp>

#include "proxy/dispatch/backends.h"
#include "proxy/front/call_book.h"
#include "proxy/status/endpoints.h"

namespace crimux::proxy {

// What the pages tell of. Front thread.
struct Observed {
  const Backends& backends;
  const CallBook& book;
  std::chrono::steady_clock::time_point started;
  std::chrono::system_clock::time_point started_at = std::chrono::system_clock::now();
};

// Puts all pages of this folder into the table. What is observed outlives it.
void AddPages(const Observed& observed, Endpoints* endpoints);

// One function a page, each in the file of its name. None tells what a request or answer held.
boost::json::object StatusPage(const Observed& observed);
boost::json::object RuntimesPage(const Backends& backends);
boost::json::object OwnersPage(const Backends& backends);
boost::json::object CallsPage(const CallBook& book);
// `body` is a RouteSubject as JSON. 400 with the reason when it is none.
StatusReply ExplainPage(const Router& router, const ImageHolders& images, const std::string& body);
// In Prometheus' text format.
StatusReply MetricsPage(const Observed& observed);

// A reply that becomes text on the server's thread.
StatusReply JsonReply(boost::json::value value, int code = 200);

inline double Seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// "up", "down", ...
std::string_view StateName(RuntimeState state);

}  // namespace crimux::proxy
