#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>

#include "base/io/waiting.h"
#include "vmruntime/console/console_ring.h"

namespace crimux::vm {

struct SharedConsoleSpec {
  // QEMU's Unix socket, which takes one client at a time; need not be there yet.
  std::filesystem::path socket;
  // How much of the last output new readers begin with; bytes.
  size_t scrollback = 0;
};

// The serial console of one machine, for any number of people: ours is the one connection that QEMU
// takes. It is read as fast as QEMU prints; readers follow at their own pace, and one that falls
// behind by more than a buffer is told what it has missed. The console's log is none of its
// business: QEMU writes it. Used on the io thread only.
class SharedConsole : public std::enable_shared_from_this<SharedConsole> {
 public:
  SharedConsole(const boost::asio::any_io_executor& executor, const SharedConsoleSpec& spec);

  // Connects, again and again where it must, until the machine has ended.
  void Start();
  // The machine has ended: what it has still to say is read, then readers come to their end.
  void MachineEnded();

  // Where a new reader begins.
  uint64_t Beginning() const;
  // What there is from `at` on, and moves it; empty: the machine has ended.
  Awaitable<std::string> Read(uint64_t* at);
  // Types; waits for a guest that doesn't read. What several people type is mixed by the piece.
  // Throws boost::system::system_error (broken_pipe) when the machine has ended.
  Awaitable<void> Write(std::string bytes);
  // Until the machine has ended.
  Awaitable<void> WaitForEnd();

  // stdin_once: the first one who typed has gone, and nobody may type any more.
  void CloseInput() { input_closed_ = true; }
  bool input_closed() const { return input_closed_; }

 private:
  using Socket = boost::asio::local::stream_protocol::socket;

  static Awaitable<void> Run(std::shared_ptr<SharedConsole> self);
  static Awaitable<void> HangUpLater(std::shared_ptr<SharedConsole> self);
  Awaitable<void> ReadConnection();
  Awaitable<void> WaitToWrite();

  boost::asio::any_io_executor executor_;
  SharedConsoleSpec spec_;
  ConsoleRing ring_;
  Socket socket_;
  Signal changed_;
  bool connected_ = false;
  bool writing_ = false;
  bool ending_ = false;
  bool ended_ = false;
  bool input_closed_ = false;
};

}  // namespace crimux::vm
