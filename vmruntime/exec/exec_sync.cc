#include "vmruntime/exec/exec_sync.h"

#include <fmt/format.h>

#include <future>
#include <memory>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
using grpc::StatusCode;

class Kept final : public streaming::OutputStream {
 public:
  Awaitable<void> Write(std::string bytes) override {
    text += bytes.substr(0, kExecOutputLimit - text.size());
    co_return;
  }
  Awaitable<void> Close() override { co_return; }

  std::string text;
};

struct Work {
  streaming::CommandRequest request;
  Kept out;
  Kept err;
  int exit_code = 0;
  asio::cancellation_signal cancel;
};

Awaitable<void> RunCommand(GuestCommands& commands, std::shared_ptr<Work> work) {
  work->exit_code = co_await commands.Run(work->request, {.out = &work->out, .err = &work->err});
}

Awaitable<void> TimeOut(std::chrono::seconds timeout, std::string command) {
  co_await Sleep(timeout);
  throw Error(StatusCode::DEADLINE_EXCEEDED, "exec", command,
              fmt::format("it ran for {} s and was killed", timeout.count()));
}

Awaitable<void> RunInTime(GuestCommands& commands, std::shared_ptr<Work> work,
                          std::optional<std::chrono::seconds> timeout) {
  co_await commands.AwaitBoot(work->request);
  if (!timeout) co_return co_await RunCommand(commands, work);
  co_await Race(RunCommand(commands, work), TimeOut(*timeout, work->request.command.front()));
}

}  // namespace

ExecResult ExecSync(asio::io_context& io, GuestCommands& commands,
                    const streaming::CommandRequest& request,
                    std::optional<std::chrono::seconds> timeout, const CallContext& context) {
  auto work = std::make_shared<Work>();
  work->request = request;
  // Held by what runs on the other thread alone, so that it breaks when that is stopped.
  auto promise = std::make_shared<std::promise<void>>();
  std::future<void> ended = promise->get_future();
  asio::post(io, [&io, &commands, work, timeout, promise = std::move(promise)] {
    auto end = [promise](const std::exception_ptr& thrown) {
      if (thrown) {
        promise->set_exception(thrown);
      } else {
        promise->set_value();
      }
    };
    asio::co_spawn(io, RunInTime(commands, work, timeout),
                   asio::bind_cancellation_slot(work->cancel.slot(), end));
  });
  std::stop_callback cancel(context.cancelled, [&io, work] {
    asio::post(io, [work] { work->cancel.emit(asio::cancellation_type::all); });
  });
  try {
    ended.get();
  } catch (const std::future_error&) {
    throw Error(StatusCode::UNAVAILABLE, "exec", request.command.front(), "crimux is stopping");
  } catch (const boost::system::system_error& e) {
    if (!context.cancelled.stop_requested()) throw;
    throw Error(StatusCode::CANCELLED, "exec", request.command.front(), "the caller has gone");
  }
  return {work->exit_code, std::move(work->out.text), std::move(work->err.text)};
}

}  // namespace crimux::vm
