#include "proxy/status/pages.h"

#include <memory>

namespace crimux::proxy {

void AddPages(const Observed& observed, Endpoints* endpoints) {
  endpoints->AddPage("GET", "/healthz", [](const StatusRequest&) {
    return StatusReply{200, "text/plain", "ok\n"};
  });
  endpoints->AddPage("GET", "/status",
                     [=](const StatusRequest&) { return JsonReply(StatusPage(observed)); });
  endpoints->AddPage("GET", "/runtimes", [=](const StatusRequest&) {
    return JsonReply(RuntimesPage(observed.backends));
  });
  endpoints->AddPage("GET", "/owners", [=](const StatusRequest&) {
    return JsonReply(OwnersPage(observed.backends));
  });
  endpoints->AddPage("GET", "/calls",
                     [=](const StatusRequest&) { return JsonReply(CallsPage(observed.book)); });
  endpoints->AddPage("GET", "/metrics",
                     [=](const StatusRequest&) { return MetricsPage(observed); });
  endpoints->AddPage("POST", "/explain", [=](const StatusRequest& request) {
    return ExplainPage(observed.backends.router, observed.backends.images, request.body);
  });
}

StatusReply JsonReply(boost::json::value value, int code) {
  auto shared = std::make_shared<boost::json::value>(std::move(value));
  return {.code = code, .render = [shared] { return boost::json::serialize(*shared) + "\n"; }};
}

}  // namespace crimux::proxy
