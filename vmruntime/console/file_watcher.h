#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace crimux::vm {

// Tells when files change, all through one inotify descriptor (an instance per VM would soon meet
// the limit of instances per user). Used on the io_context's thread only.
class FileWatcher {
 public:
  using Handler = std::function<void()>;

  // Ends the watching when destroyed; must not outlive the watcher.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch() { Reset(); }
    explicit operator bool() const { return watcher_ != nullptr; }
    void Reset();

   private:
    friend class FileWatcher;
    Watch(FileWatcher* watcher, int descriptor, uint64_t id)
        : watcher_(watcher), descriptor_(descriptor), id_(id) {}

    FileWatcher* watcher_ = nullptr;
    int descriptor_ = -1;
    uint64_t id_ = 0;
  };

  // Throws Error.
  explicit FileWatcher(boost::asio::io_context& context);

  // Calls `handler` after an open file was written to. A write that comes before this call isn't
  // told: read afterwards. Throws Error.
  Watch OnWrite(int fd, Handler handler);
  // Calls `handler` after a file has appeared in the folder. Throws Error.
  Watch OnNewFile(const std::filesystem::path& folder, Handler handler);

 private:
  Watch Add(const std::filesystem::path& path, uint32_t mask, Handler handler);
  void Remove(int descriptor, uint64_t id);
  void WaitForEvents();
  void ReadEvents();
  void Tell(int descriptor);
  void TellAll();

  boost::asio::posix::stream_descriptor inotify_;
  // By inotify's watch descriptor: one inode has one, however many watch it.
  std::map<int, std::map<uint64_t, Handler>> handlers_;
  uint64_t last_id_ = 0;
};

}  // namespace crimux::vm
