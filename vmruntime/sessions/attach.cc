#include "vmruntime/sessions/attach.h"

#include <boost/asio/this_coro.hpp>

namespace crimux::vm {
namespace {

// Each coroutine holds it for itself: they may end in any order.
using Console = std::shared_ptr<SharedConsole>;
using streaming::CommandStreams;
using streaming::InputStream;
using streaming::OutputStream;
using streaming::TerminalSizes;

Awaitable<void> Show(Console console, OutputStream& out) {
  uint64_t at = console->Beginning();
  for (;;) {
    std::string bytes = co_await console->Read(&at);
    if (bytes.empty()) co_return;
    co_await out.Write(std::move(bytes));
  }
}

Awaitable<void> WaitForEnd(Console console) { co_await console->WaitForEnd(); }

// The client may end its input, and still look on.
Awaitable<void> Type(Console console, InputStream& in) {
  for (;;) {
    std::string bytes = co_await in.Read();
    if (bytes.empty()) break;
    if (!console->input_closed()) co_await console->Write(std::move(bytes));
  }
}

// However the typing ends.
Awaitable<void> TypeOnce(Console console, InputStream& in) {
  struct CloseAfter {
    Console console;
    ~CloseAfter() { console->CloseInput(); }
  } closing{console};
  co_await Type(console, in);
}

// The co_await is no loop's condition: GCC 12 keeps that condition where the coroutine's address
// is.
Awaitable<void> PassOver(TerminalSizes& sizes) {
  for (;;) {
    auto size = co_await sizes.Next();
    if (!size) co_return;
  }
}

Awaitable<void> Nothing() { co_return; }

// Doesn't end by itself, unless `work` throws.
Awaitable<void> ThenForever(Awaitable<void> work) {
  co_await std::move(work);
  Signal never(co_await boost::asio::this_coro::executor);
  for (;;) co_await never.Wait();
}

}  // namespace

Awaitable<void> AttachToConsole(std::shared_ptr<SharedConsole> console, CommandStreams streams,
                                bool tty, bool stdin_once) {
  bool types = streams.in != nullptr && !(stdin_once && console->input_closed());
  Awaitable<void> input = !types       ? Nothing()
                          : stdin_once ? TypeOnce(console, *streams.in)
                                       : Type(console, *streams.in);
  Awaitable<void> sizes = streams.sizes == nullptr ? Nothing() : PassOver(*streams.sizes);
  Awaitable<void> output =
      streams.out == nullptr ? WaitForEnd(console) : Show(console, *streams.out);
  if (types && tty) {
    Awaitable<void> person = Race(std::move(input), ThenForever(std::move(sizes)));
    co_await Race(std::move(output), std::move(person));
  } else {
    Awaitable<void> person = Both(std::move(input), std::move(sizes));
    co_await Race(std::move(output), ThenForever(std::move(person)));
  }
}

}  // namespace crimux::vm
