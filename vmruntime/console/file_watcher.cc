#include "vmruntime/console/file_watcher.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crimux::vm {
namespace {

int NewInotify() {
  int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) throw SystemError(errno, "create inotify instance", "");
  return fd;
}

}  // namespace

FileWatcher::Watch::Watch(Watch&& other) noexcept
    : watcher_(std::exchange(other.watcher_, nullptr)),
      descriptor_(other.descriptor_),
      id_(other.id_) {}

FileWatcher::Watch& FileWatcher::Watch::operator=(Watch&& other) noexcept {
  if (this == &other) return *this;
  Reset();
  watcher_ = std::exchange(other.watcher_, nullptr);
  descriptor_ = other.descriptor_;
  id_ = other.id_;
  return *this;
}

void FileWatcher::Watch::Reset() {
  if (watcher_ != nullptr) std::exchange(watcher_, nullptr)->Remove(descriptor_, id_);
}

FileWatcher::FileWatcher(boost::asio::io_context& context) : inotify_(context, NewInotify()) {
  WaitForEvents();
}

FileWatcher::Watch FileWatcher::OnWrite(int fd, Handler handler) {
  // The very file that is open, whatever its name means by now.
  return Add("/proc/self/fd/" + std::to_string(fd), IN_MODIFY, std::move(handler));
}

FileWatcher::Watch FileWatcher::OnNewFile(const std::filesystem::path& folder, Handler handler) {
  return Add(folder, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR, std::move(handler));
}

FileWatcher::Watch FileWatcher::Add(const std::filesystem::path& path, uint32_t mask,
                                    Handler handler) {
  int descriptor = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), mask);
  if (descriptor < 0) throw SystemError(errno, "watch", path.string());
  handlers_[descriptor].emplace(++last_id_, std::move(handler));
  return {this, descriptor, last_id_};
}

void FileWatcher::Remove(int descriptor, uint64_t id) {
  auto found = handlers_.find(descriptor);
  if (found == handlers_.end()) return;
  found->second.erase(id);
  if (!found->second.empty()) return;
  handlers_.erase(found);
  ::inotify_rm_watch(inotify_.native_handle(), descriptor);
}

void FileWatcher::WaitForEvents() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](boost::system::error_code error) {
                        if (error) return;
                        ReadEvents();
                        WaitForEvents();
                      });
}

void FileWatcher::ReadEvents() {
  alignas(inotify_event) std::array<char, 16384> buffer;
  ssize_t size = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
  for (ssize_t at = 0; at < size;) {
    inotify_event event;
    std::memcpy(&event, buffer.data() + at, sizeof event);
    at += static_cast<ssize_t>(sizeof event + event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      TellAll();
    } else if ((event.mask & IN_IGNORED) == 0) {
      Tell(event.wd);
    }
  }
}

void FileWatcher::Tell(int descriptor) {
  auto found = handlers_.find(descriptor);
  if (found == handlers_.end()) return;
  std::vector<Handler> handlers;
  for (const auto& [id, handler] : found->second) handlers.push_back(handler);
  for (const Handler& handler : handlers) handler();
}

void FileWatcher::TellAll() {
  std::vector<int> descriptors;
  for (const auto& [descriptor, handlers] : handlers_) descriptors.push_back(descriptor);
  for (int descriptor : descriptors) Tell(descriptor);
}

}  // namespace crimux::vm
