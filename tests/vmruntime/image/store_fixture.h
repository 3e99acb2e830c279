#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/http_server.h"
#include "tests/vmruntime/image/disks.h"
#include "vmruntime/image/disk_image_store.h"

namespace crimux::vm {

// A store on a folder of its own, and a server with files to pull.
class StoreFixture {
 public:
  StoreFixture() : server_([this](Exchange& exchange) { Serve(exchange); }) {
    ::unsetenv("http_proxy");
    // QEMU's user must get to the images.
    ::chmod(folder_.path().c_str(), 0755);
    config_.state_dir = folder_.path() / "state";
    config_.image_scheme = "http";
    config_.image_pull_grace = std::chrono::milliseconds{0};
    Restart();
  }

  // A new store on the same folder.
  void Restart() {
    store_.reset();
    store_ = std::make_unique<DiskImageStore>(config_);
  }
  DiskImageStore& store() { return *store_; }
  HttpServer& server() { return server_; }
  VmConfig& config() { return config_; }
  std::filesystem::path images() const { return config_.state_dir / "images"; }

  // Whether a container uses an image, for DiskImageStore::Remove: none does.
  static bool Unused(const std::string&) { return false; }

  // What the server has under "/<file>"; anything else is 404.
  void Put(const std::string& file, std::string bytes) {
    std::scoped_lock lock(mutex_);
    files_["/" + file] = std::move(bytes);
  }
  // From now on requests are answered by `handler`.
  void AnswerBy(HttpServer::Handler handler) {
    std::scoped_lock lock(mutex_);
    handler_ = std::move(handler);
  }
  void AnswerFromFiles(Exchange& exchange) {
    std::unique_lock lock(mutex_);
    auto file = files_.find(exchange.target());
    bool there = file != files_.end();
    std::string body = there ? file->second : "no such file";
    lock.unlock();
    exchange.Answer(there ? 200 : 404, body);
  }

  // "127.0.0.1:<port>/<file>"
  std::string Name(const std::string& file) const {
    return "127.0.0.1:" + std::to_string(server_.port()) + "/" + file;
  }
  std::string Pull(const std::string& file) { return store().Pull(Name(file), {}); }
  grpc::StatusCode PullCode(const std::string& name, const CallContext& context = {},
                            const Credentials& credentials = {}) {
    try {
      store().Pull(name, context, credentials);
      return grpc::StatusCode::OK;
    } catch (const Error& e) {
      return e.code();
    }
  }

  // Names of all files below images/.
  std::set<std::string> Files() const {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(images())) {
      if (entry.is_regular_file()) files.insert(entry.path().filename());
    }
    return files;
  }

 private:
  void Serve(Exchange& exchange) {
    std::unique_lock lock(mutex_);
    HttpServer::Handler handler = handler_;
    lock.unlock();
    handler ? handler(exchange) : AnswerFromFiles(exchange);
  }

  TemporaryDir folder_;
  VmConfig config_;
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  HttpServer::Handler handler_;
  HttpServer server_;
  std::unique_ptr<DiskImageStore> store_;
};

}  // namespace crimux::vm
