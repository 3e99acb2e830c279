#include "proxy/status/endpoints.h"

#include <fmt/format.h>

#include <utility>

namespace crimux::proxy {

void Endpoints::Add(std::string method, std::string path, Serve serve) {
  rows_.push_back({std::move(method), std::move(path), std::move(serve)});
}

void Endpoints::AddPage(std::string method, std::string path, Page page) {
  Add(std::move(method), std::move(path),
      [page = std::move(page)](const StatusRequest& request, const StatusServer::Answer& answer) {
        answer(page(request));
      });
}

void Endpoints::Answer(const StatusRequest& request, StatusServer::Answer answer) const {
  std::string path = request.target.substr(0, request.target.find('?'));
  std::string all = "here are:\n";
  bool known = false;
  for (const Row& row : rows_) {
    known = known || row.path == path;
    if (row.path == path && row.method == request.method) {
      return row.serve(request, std::move(answer));
    }
    all += fmt::format("{} {}\n", row.method, row.path);
  }
  answer({known ? 405 : 404, "text/plain",
          fmt::format("{} {} is not served; {}", request.method, path, all)});
}

}  // namespace crimux::proxy
