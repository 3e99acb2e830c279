#include "vmruntime/fetch/transfer.h"

#include <sys/socket.h>

#include "base/error.h"

namespace crimux::vm {
namespace {

// curl's own set-up is once per process. It is never undone: other threads may use the libraries
// below it.
void SetUpCurl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) {
    throw Error(grpc::StatusCode::INTERNAL, "set up curl", "", curl_easy_strerror(result));
  }
}

void Check(CURLMcode code) {
  if (code != CURLM_OK) {
    throw Error(grpc::StatusCode::INTERNAL, "run download", "", curl_multi_strerror(code));
  }
}

// Programs that we start meanwhile must not inherit the connection.
curl_socket_t OpenSocket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

Transfer::Transfer() {
  SetUpCurl();
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  if (!multi_ || !easy_) {
    throw Error(grpc::StatusCode::RESOURCE_EXHAUSTED, "set up download", "", "out of memory");
  }
  curl_easy_setopt(easy_.get(), CURLOPT_ERRORBUFFER, message_.data());
  curl_easy_setopt(easy_.get(), CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  Check(curl_multi_add_handle(multi_.get(), easy_.get()));
}

Transfer::~Transfer() { curl_multi_remove_handle(multi_.get(), easy_.get()); }

std::optional<CURLcode> Transfer::Run(std::stop_token stop) {
  std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
  int running = 0;
  for (;;) {
    if (stop.stop_requested()) return std::nullopt;
    Check(curl_multi_perform(multi_.get(), &running));
    if (running == 0) break;
    Check(curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr));
  }
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  throw Error(grpc::StatusCode::INTERNAL, "run download", "", "curl gave no result");
}

}  // namespace crimux::vm
