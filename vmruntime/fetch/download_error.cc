#include "vmruntime/fetch/download_error.h"

#include <fmt/format.h>

namespace crimux::vm {
namespace {

grpc::StatusCode CodeOfHttp(long status) {
  if (status == 404 || status == 410) return grpc::StatusCode::NOT_FOUND;
  if (status == 401 || status == 403) return grpc::StatusCode::PERMISSION_DENIED;
  if (status == 429 || status >= 500) return grpc::StatusCode::UNAVAILABLE;
  return grpc::StatusCode::FAILED_PRECONDITION;
}

grpc::StatusCode CodeOfCurl(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_BAD_CONTENT_ENCODING:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case CURLE_OUT_OF_MEMORY:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    default:
      return grpc::StatusCode::UNAVAILABLE;
  }
}

}  // namespace

Error DownloadError(grpc::StatusCode code, std::string_view shown_url, std::string_view cause) {
  return {code, "download", shown_url, cause};
}

Error HttpError(long status, std::string_view shown_url) {
  return DownloadError(CodeOfHttp(status), shown_url, fmt::format("HTTP status {}", status));
}

bool MayPass(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return false;
    default:
      return CodeOfCurl(code) == grpc::StatusCode::UNAVAILABLE;
  }
}

Error CurlError(CURLcode code, std::string_view message, std::string_view shown_url) {
  std::string_view cause = message.empty() ? curl_easy_strerror(code) : message;
  if (code == CURLE_UNSUPPORTED_PROTOCOL) cause = "redirected to a protocol that is not allowed";
  return DownloadError(CodeOfCurl(code), shown_url, cause);
}

}  // namespace crimux::vm
