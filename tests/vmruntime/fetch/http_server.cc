#include "tests/vmruntime/fetch/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace crimux::vm {
namespace {

void Require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

}  // namespace

long Exchange::Read(char* buffer, int size) {
  if (ssl_) return SSL_read(ssl_, buffer, size);
  return ::recv(fd_, buffer, static_cast<size_t>(size), 0);
}

bool Exchange::ReadHead() {
  char c = 0;
  while (!head_.ends_with("\r\n\r\n")) {
    if (Read(&c, 1) != 1) return false;
    head_ += c;
  }
  return true;
}

std::string Exchange::target() const {
  size_t start = head_.find(' ') + 1;
  return head_.substr(start, head_.find(' ', start) - start);
}

bool Exchange::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    long n = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                  : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void Exchange::Answer(int status, std::string_view body, std::string_view headers) {
  Send(fmt::format("HTTP/1.1 {} Any\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n", status,
                   body.size(), headers)) &&
      Send(body);
}

void Exchange::WaitForHangUp() {
  std::array<char, 256> dropped;
  while (Read(dropped.data(), static_cast<int>(dropped.size())) > 0) {
  }
}

HttpServer::HttpServer(Handler handler, const std::filesystem::path& certificate,
                       const std::filesystem::path& key,
                       const std::filesystem::path& client_authority)
    : handler_(std::move(handler)), tls_(nullptr, &SSL_CTX_free) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  if (!certificate.empty()) {
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    Require(SSL_CTX_use_certificate_chain_file(tls_.get(), certificate.c_str()) == 1, "no cert");
    Require(SSL_CTX_use_PrivateKey_file(tls_.get(), key.c_str(), SSL_FILETYPE_PEM) == 1, "no key");
  }
  if (!client_authority.empty()) {
    Require(SSL_CTX_load_verify_file(tls_.get(), client_authority.c_str()) == 1, "no authority");
    SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  sockaddr* generic = reinterpret_cast<sockaddr*>(&address);
  Require(::bind(listener_.get(), generic, size) == 0, "bind");
  Require(::listen(listener_.get(), 64) == 0, "listen");
  Require(::getsockname(listener_.get(), generic, &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { AcceptLoop(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  for (UniqueFd& fd : connections_) ::shutdown(fd.get(), SHUT_RDWR);
  threads_.clear();  // joins
}

std::string HttpServer::Url(const std::string& path) const {
  return fmt::format("{}://127.0.0.1:{}{}", tls_ ? "https" : "http", port_, path);
}

void HttpServer::AcceptLoop() {
  for (;;) {
    int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    connections_.emplace_back(fd);
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void HttpServer::Serve(int fd) {
  std::unique_ptr<SSL, void (*)(SSL*)> ssl(tls_ ? SSL_new(tls_.get()) : nullptr, &SSL_free);
  if (ssl) {
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) {
      ::shutdown(fd, SHUT_RDWR);
      return;
    }
  }
  Exchange exchange(fd, ssl.get());
  if (exchange.ReadHead()) {
    ++hits_;
    handler_(exchange);
  }
  if (ssl) SSL_shutdown(ssl.get());
  ::shutdown(fd, SHUT_RDWR);
}

}  // namespace crimux::vm
