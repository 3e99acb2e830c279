#include "daemon/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace crimux {
namespace {

sigset_t WatchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

UniqueFd OpenSignals() {
  sigset_t set = WatchedSignals();
  UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw SystemError(errno, "open", "signalfd");
  return fd;
}

UniqueFd OpenEvent() {
  UniqueFd fd(::eventfd(0, EFD_CLOEXEC));
  if (!fd) throw SystemError(errno, "open", "eventfd");
  return fd;
}

}  // namespace

void BlockSignals() {
  sigset_t set = WatchedSignals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

SignalThread::SignalThread(Callbacks callbacks)
    : callbacks_(std::move(callbacks)),
      signals_(OpenSignals()),
      quit_(OpenEvent()),
      thread_([this] { Run(); }) {}

SignalThread::~SignalThread() {
  ::eventfd_write(quit_.get(), 1);
  thread_.join();
}

void SignalThread::Run() {
  std::array<pollfd, 2> watched = {pollfd{signals_.get(), POLLIN, 0},
                                   pollfd{quit_.get(), POLLIN, 0}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) return;
    if (watched[0].revents != 0) Deliver();
  }
}

void SignalThread::Deliver() {
  signalfd_siginfo info;
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo == SIGHUP) {
    callbacks_.reload();
  } else {
    callbacks_.stop();
  }
}

}  // namespace crimux
