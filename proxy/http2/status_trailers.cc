#include "proxy/http2/status_trailers.h"

#include <string>

#include "proxy/http2/grpc_texts.h"

namespace crimux::proxy::http2 {

HeaderList AnswerHeaders() {
  HeaderList headers;
  headers.Add(":status", "200");
  headers.Add("content-type", "application/grpc");
  return headers;
}

Metadata TrailersOf(const grpc::Status& status, const Metadata& metadata) {
  Metadata trailers;
  trailers.emplace_back("grpc-status", std::to_string(status.error_code()));
  if (!status.error_message().empty()) {
    trailers.emplace_back("grpc-message", EncodeMessage(status.error_message()));
  }
  if (!status.error_details().empty()) {
    trailers.emplace_back("grpc-status-details-bin", EncodeBinary(status.error_details()));
  }
  trailers.insert(trailers.end(), metadata.begin(), metadata.end());
  return trailers;
}

}  // namespace crimux::proxy::http2
