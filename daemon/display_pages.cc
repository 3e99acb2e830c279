#include "daemon/display_pages.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace crimux {
namespace {

std::string ContainerOf(const proxy::PageRequest& request) {
  auto found = request.query.find("container");
  if (found == request.query.end() || found->second.empty()) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read query", "",
                "?container= must name a container");
  }
  return found->second;
}

}  // namespace

proxy::PageReply ScreenshotPage(const vm::Displays& displays, const proxy::PageRequest& request) {
  return {.content_type = "image/png", .body = displays.Screenshot(ContainerOf(request))};
}

proxy::PageReply VncPage(const vm::Displays& displays, const proxy::PageRequest& request) {
  boost::json::object page{{"socket", displays.VncSocket(ContainerOf(request)).string()}};
  return {.body = boost::json::serialize(page) + "\n"};
}

}  // namespace crimux
