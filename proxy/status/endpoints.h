#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proxy/status/status_server.h"

namespace crimux::proxy {

// The table of what the status socket serves: an HTTP method and a path each. Filled first, then
// asked; on the front thread.
class Endpoints {
 public:
  // Answers now or later, from any thread.
  using Serve = std::function<void(const StatusRequest& request, StatusServer::Answer answer)>;
  // Answers at once.
  using Page = std::function<StatusReply(const StatusRequest& request)>;

  void Add(std::string method, std::string path, Serve serve);
  void AddPage(std::string method, std::string path, Page page);

  // 404 for an unknown path and 405 for a method that it doesn't have, each with what there is. A
  // query changes nothing here.
  void Answer(const StatusRequest& request, StatusServer::Answer answer) const;

 private:
  struct Row {
    std::string method;
    std::string path;
    Serve serve;
  };

  std::vector<Row> rows_;
};

}  // namespace crimux::proxy
