#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/fd.h"

namespace crimux::vm {

// One request on a connection of HttpServer, and the way to answer it; plain or TLS. The connection
// is closed when the handler returns.
class Exchange {
 public:
  Exchange(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  // Reads the request's head. False when there is none.
  bool ReadHead();
  const std::string& head() const { return head_; }
  // "/path?query", or a whole URL when we are a proxy.
  std::string target() const;

  // False when the client has gone.
  bool Send(std::string_view bytes);
  void Answer(int status, std::string_view body, std::string_view headers = "");
  // Returns when the client has closed the connection, or the server stops.
  void WaitForHangUp();

 private:
  long Read(char* buffer, int size);

  int fd_;
  SSL* ssl_;
  std::string head_;
};

// A small HTTP/1.1 server on 127.0.0.1, one thread per connection.
class HttpServer {
 public:
  using Handler = std::function<void(Exchange&)>;

  explicit HttpServer(Handler handler) : HttpServer(std::move(handler), "", "") {}
  // With TLS; asks clients for a certificate that `client_authority` has signed, if that is given.
  HttpServer(Handler handler, const std::filesystem::path& certificate,
             const std::filesystem::path& key, const std::filesystem::path& client_authority = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  int port() const { return port_; }
  // Requests that have come so far.
  int hits() const { return hits_; }
  // "http://127.0.0.1:<port>" with `path` behind it.
  std::string Url(const std::string& path) const;

 private:
  void AcceptLoop();
  void Serve(int fd);

  const Handler handler_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<int> hits_ = 0;
  std::list<UniqueFd> connections_;
  std::list<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace crimux::vm
