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
constexpr std::chrono::seconds kQuickPatience{1};
constexpr std::chrono::seconds kKept{60};

Error Unreachable(const asio::ip::tcp::endpoint& endpoint, std::string_view cause) {
  return {grpc::StatusCode::UNAVAILABLE, "reach SSH at", endpoint.address().to_string(), cause};
}

Awaitable<void> ConnectSocket(asio::ip::tcp::socket& socket,
                              const asio::ip::tcp::endpoint& endpoint) {
  boost::system::error_code error;
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) throw Unreachable(endpoint, error.message());
}

Awaitable<void> Connect(const asio::ip::tcp::endpoint& endpoint, const SshLogin& login,
                        std::shared_ptr<SshConnection>& connection) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  co_await ConnectSocket(socket, endpoint);
  socket.set_option(asio::ip::tcp::no_delay(true));
  connection = co_await SshConnection::Open(std::move(socket), login);
}

Awaitable<void> GiveUp(const asio::ip::tcp::endpoint& endpoint, std::chrono::seconds patience) {
  co_await Sleep(patience);
  throw Unreachable(endpoint, "nobody answers");
}

Awaitable<void> Keep(std::shared_ptr<SshConnection>) { co_await Sleep(kKept); }

}  // namespace

std::shared_ptr<SshConnection> SshConnections::Find(const std::string& name) {
  auto known = connections_.find(name);
  if (known == connections_.end()) return nullptr;
  std::shared_ptr<SshConnection> connection = known->second.lock();
  return connection && connection->Alive() ? connection : nullptr;
}

Awaitable<bool> SshConnections::Answers(const std::string& name,
                                        const asio::ip::tcp::endpoint& endpoint) {
  if (Find(name)) co_return true;
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  try {
    co_await Race(ConnectSocket(socket, endpoint), GiveUp(endpoint, kQuickPatience));
  } catch (const Error&) {
    co_return false;
  }
  co_return true;
}

Awaitable<std::shared_ptr<SshConnection>> SshConnections::Get(
    const std::string& name, const asio::ip::tcp::endpoint& endpoint, const SshLogin& login) {
  std::erase_if(connections_, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<SshConnection> connection = Find(name);
  if (!connection) {
    co_await Race(Connect(endpoint, login, connection), GiveUp(endpoint, kPatience));
    connections_[name] = connection;
  }
  asio::co_spawn(co_await asio::this_coro::executor, Keep(connection), asio::detached);
  co_return connection;
}

}  // namespace crimux::vm
