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
constexpr std::chrono::seconds kPostPatience{60};
constexpr uint64_t kLargestBody = 64ULL << 20;

// Beast's time-outs work on asynchronous operations only, so each runs to its end here.
class Request {
 public:
  Request(const std::filesystem::path& socket, http::verb verb, const std::string& target,
          const std::string& body, std::chrono::seconds patience)
      : stream_(io_), patience_(patience), request_(verb, target, 11, body) {
    request_.set(http::field::host, "crimux");
    request_.prepare_payload();
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
    stream_.expires_after(patience_);
    http::async_read(stream_, buffer_, parser_, [this](beast::error_code e, size_t) { Failed(e); });
  }
  bool Failed(beast::error_code error) {
    error_ = error;
    return error.failed();
  }

  asio::io_context io_;
  Stream stream_;
  std::chrono::seconds patience_;
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  beast::error_code error_;
};

// The body of an answer 200, or what it says instead.
std::string BodyOf(const Response& response, const std::string& operation,
                   const std::string& target) {
  if (response.result() == http::status::ok) return response.body();
  std::string body = response.body();
  while (body.ends_with('\n')) body.pop_back();
  bool refused = response.result() == http::status::bad_request;
  throw Error(refused ? grpc::StatusCode::INVALID_ARGUMENT : grpc::StatusCode::INTERNAL, operation,
              target, fmt::format("HTTP {}: {}", response.result_int(), body));
}

std::string Ask(const std::filesystem::path& socket, http::verb verb, const std::string& target,
                const std::string& body, std::chrono::seconds patience) {
  try {
    Request request(socket, verb, target, body, patience);
    if (beast::error_code error = request.Run(); error.failed()) {
      throw Error(grpc::StatusCode::UNAVAILABLE, "ask status socket", socket.string(),
                  error.message());
    }
    return BodyOf(request.response(), verb == http::verb::get ? "get" : "post", target);
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use status socket", socket.string(),
                e.code().message());
  }
}

}  // namespace

std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target) {
  return GetOverSocket(socket, target, kPatience);
}

std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target,
                          std::chrono::seconds patience) {
  return Ask(socket, http::verb::get, target, "", patience);
}

std::string PostOverSocket(const std::filesystem::path& socket, const std::string& target,
                           const std::string& body) {
  return Ask(socket, http::verb::post, target, body, kPostPatience);
}

}  // namespace crimux::ctl
