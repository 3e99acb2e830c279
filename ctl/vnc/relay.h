#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/io/waiting.h"

namespace crimux::ctl {

// Listens on the loopback for VNC viewers, lets in those who know the password, and relays them to
// a VNC server on a Unix socket that asks for none. On the thread of `io`, which is stopped before
// this object is destroyed.
class VncRelay {
 public:
  struct Options {
    std::filesystem::path socket;
    std::string password;
    uint16_t port = 0;  // 0: any
    // To give the password. At most eight viewers try at a time, others are turned away; with a
    // second for each wrong password that makes guessing hopeless.
    std::chrono::milliseconds patience = std::chrono::seconds(30);
    // Hears why a viewer was not let in, or went.
    std::function<void(const std::string& words)> note;
  };

  // Throws Error when the port can't be had.
  VncRelay(boost::asio::io_context& io, Options options);

  uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using Viewer = boost::asio::ip::tcp::socket;

  Awaitable<void> AcceptAll();
  Awaitable<void> Serve(Viewer viewer);
  Awaitable<void> LetIn(Viewer& viewer);
  Awaitable<void> Relay(Viewer& viewer);

  boost::asio::io_context& io_;
  Options options_;
  boost::asio::ip::tcp::acceptor acceptor_;
  // Those who have not given the password yet; outlives this object in their coroutines.
  std::shared_ptr<size_t> at_the_door_ = std::make_shared<size_t>(0);
};

}  // namespace crimux::ctl
