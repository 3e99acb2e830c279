#include "vmruntime/exec/ssh_connections.h"

#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kKept{60};

Error Unreachable(const asio::ip::tcp::endpoint& endpoint, std::string_view cause) {
  return {grpc::StatusCode::UNAVAILABLE, "reach SSH at", endpoint.address().to_string(), cause};
}

Awaitable<void> Connect(const asio::ip::tcp::endpoint& endpoint, const SshLogin& login,
                        std::shared_ptr<SshConnection>& connection) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  boost::system::error_code error;
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) throw Unreachable(endpoint, error.message());
  socket.set_option(asio::ip::tcp::no_delay(true));
  connection = co_await SshConnection::Open(std::move(socket), login);
}

Awaitable<void> GiveUp(const asio::ip::tcp::endpoint& endpoint) {
  co_await Sleep(kPatience);
  throw Unreachable(endpoint, "nobody answers");
}

Awaitable<void> Keep(std::shared_ptr<SshConnection>) { co_await Sleep(kKept); }

}  // namespace

Awaitable<std::shared_ptr<SshConnection>> SshConnections::Get(
    const std::string& name, const asio::ip::tcp::endpoint& endpoint, const SshLogin& login) {
  std::erase_if(connections_, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<SshConnection> connection;
  if (auto known = connections_.find(name); known != connections_.end()) {
    connection = known->second.lock();
  }
  if (!connection || !connection->Alive()) {
    connection.reset();
    co_await Race(Connect(endpoint, login, connection), GiveUp(endpoint));
    connections_[name] = connection;
  }
  asio::co_spawn(co_await asio::this_coro::executor, Keep(connection), asio::detached);
  co_return connection;
}

}  // namespace crimux::vm
