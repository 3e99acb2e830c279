#include "proxy/status/embedded_pages.h"

#include <utility>

#include "base/error.h"
#include "proxy/status/query.h"

namespace crimux::proxy {
namespace {

int HttpCode(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return 400;
    case grpc::StatusCode::NOT_FOUND:
      return 404;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return 409;
    case grpc::StatusCode::UNIMPLEMENTED:
      return 501;
    case grpc::StatusCode::UNAVAILABLE:
      return 503;
    default:
      return 500;
  }
}

StatusReply Make(const EmbeddedPage& page, const PageRequest& request) {
  try {
    PageReply reply = page.serve(request);
    return {.content_type = std::move(reply.content_type), .body = std::move(reply.body)};
  } catch (...) {
    grpc::Status failure = CurrentExceptionStatus();
    return {HttpCode(failure.error_code()), "text/plain", failure.error_message() + "\n"};
  }
}

}  // namespace

EmbeddedPages::EmbeddedPages(const std::map<std::string, EmbeddedService>& services) {
  for (const auto& [name, service] : services) {
    pages_.insert(pages_.end(), service.pages.begin(), service.pages.end());
  }
}

void EmbeddedPages::AddTo(Endpoints* endpoints) {
  for (const EmbeddedPage& page : pages_) {
    auto serve = [this, &page](const StatusRequest& request, StatusServer::Answer answer) {
      workers_.Run([&page, asked = PageRequest{ParseQuery(request.target)},
                    answer = std::move(answer)] { answer(Make(page, asked)); });
    };
    endpoints->Add("GET", page.path, std::move(serve));
  }
}

}  // namespace crimux::proxy
