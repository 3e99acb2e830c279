#include "ctl/status_client.h"

#include <fmt/format.h>

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/error.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using Response = http::response<http::string_body>;

constexpr std::chrono::seconds kPatience{10};
constexpr uint64_t kLargestBody = 64ULL << 20;

// Beast's time-outs work on asynchronous operations only, so each runs to its end here.
class Request {
 public:
  Request(const std::filesystem::path& socket, const std::string& target) : stream_(io_) {
    request_.method(http::verb::get);
    request_.target(target);
    request_.set(http::field::host, "crimux");
    parser_.body_limit(kLargestBody);
    stream_.expires_after(kPatience);
    stream_.async_connect(asio::local::stream_protocol::endpoint(socket.native()),
                          [this](beast::error_code error) { Connected(error); });
  }

  beast::error_code Run() {
    io_.run();
    return error_;
  }
  const Response& response() const { return parser_.get(); }

 private:
  void Connected(beast::error_code error) {
    if (Failed(error)) return;
    http::async_write(stream_, request_, [this](beast::error_code e, size_t) { Written(e); });
  }
  void Written(beast::error_code error) {
    if (Failed(error)) return;
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, parser_, [this](beast::error_code e, size_t) { Failed(e); });
  }
  bool Failed(beast::error_code error) {
    error_ = error;
    return error.failed();
  }

  asio::io_context io_;
  Stream stream_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  beast::error_code error_;
};

}  // namespace

std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target) {
  try {
    Request request(socket, target);
    if (beast::error_code error = request.Run(); error.failed()) {
      throw Error(grpc::StatusCode::UNAVAILABLE, "ask status socket", socket.string(),
                  error.message());
    }
    const Response& response = request.response();
    if (response.result() != http::status::ok) {
      throw Error(grpc::StatusCode::INTERNAL, "get", target,
                  fmt::format("HTTP {}: {}", response.result_int(), response.body()));
    }
    return response.body();
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use status socket", socket.string(),
                e.code().message());
  }
}

}  // namespace crimux::ctl
