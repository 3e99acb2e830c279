#include "vmruntime/streaming/command.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

Awaitable<CommandEnd> RunHandler(Handlers& handlers, const Command& command,
                                 CommandStreams streams) {
  CommandEnd end;
  try {
    if (command.kind == CommandKind::kExec) {
      end.exit_code = co_await handlers.Exec(command.request, streams);
    } else {
      co_await handlers.Attach(command.request, streams);
    }
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;
    end.failure = e.what();
  } catch (const std::exception& e) {
    end.failure = e.what();
  }
  co_return end;
}

}  // namespace

Awaitable<void> RunCommand(Handlers& handlers, const Command& command, CommandStreams streams,
                           OutputStream& error, StatusForm form) {
  CommandEnd end = co_await RunHandler(handlers, command, streams);
  if (streams.out != nullptr) co_await streams.out->Close();
  if (streams.err != nullptr) co_await streams.err->Close();
  std::string status = StatusText(end, form);
  if (!status.empty()) co_await error.Write(std::move(status));
  co_await error.Close();
}

}  // namespace crimux::vm::streaming
