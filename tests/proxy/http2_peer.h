#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"

namespace crimux {

using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

// What has come on one stream.
struct PeerStream {
  // All blocks in one.
  std::multimap<std::string, std::string> headers;
  std::string data;
  bool has_headers = false;
  bool has_ended = false;
  // HTTP/2's code, once it is closed.
  std::optional<uint32_t> closed;

  // "" without.
  std::string Header(const std::string& name) const;
};

// One side of an HTTP/2 connection, for what no library of gRPC would send. One thread's.
class Http2Peer {
 public:
  // Connects to crimux.
  explicit Http2Peer(const std::filesystem::path& socket);
  // The server of a connection that was accepted.
  explicit Http2Peer(UniqueFd accepted);
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;
  ~Http2Peer();

  nghttp2_session* session() { return session_; }
  int fd() const { return fd_.get(); }

  // A call's headers, with those given in place of the usual ones or beside them, and bytes after
  // them. Says the stream's id.
  int32_t Call(const std::string& path, const HeaderPairs& headers, const std::string& bytes,
               bool ends = true);
  // An answer: headers; bytes; trailers, without which the headers or bytes are the end.
  void Answer(int32_t id, const HeaderPairs& headers, const std::string& bytes = "",
              const HeaderPairs& trailers = {});

  // Sends and reads until it holds; false after ten seconds, or when the connection has ended.
  bool Until(const std::function<bool()>& condition);
  // The stream, once it is closed.
  const PeerStream& Closed(int32_t id);
  std::map<int32_t, PeerStream>& streams() { return streams_; }
  bool has_gone_away() const { return gone_away_; }
  bool has_ended() const { return ended_; }
  void Flush();

 private:
  struct Callbacks;
  struct Body {
    std::string bytes;
    HeaderPairs trailers;
    bool ends = true;
  };

  void Start(bool is_server);
  nghttp2_data_provider DataOf(int32_t id);
  bool ReadSome();

  UniqueFd fd_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, PeerStream> streams_;
  std::map<int32_t, Body> bodies_;
  bool gone_away_ = false;
  bool ended_ = false;
};

// A runtime that speaks HTTP/2 as its script has it: a thread that serves one connection after the
// other.
class ScriptedRuntime {
 public:
  // `serve` is called for each stream whose request has come whole.
  using Serve = std::function<void(Http2Peer& peer, int32_t id, const std::string& path)>;
  // `greet`, if given, gets each connection instead, before a word of HTTP/2.
  using Greet = std::function<void(UniqueFd connection)>;

  ScriptedRuntime(const std::filesystem::path& socket, Serve serve, Greet greet = nullptr);
  ~ScriptedRuntime();

 private:
  void Run(const std::stop_token& stop);
  void ServeOne(const std::stop_token& stop, UniqueFd connection);

  UniqueFd listener_;
  Serve serve_;
  Greet greet_;
  std::jthread thread_;
};

// A message as gRPC frames it.
std::string Framed(const std::string& message, char compressed = '\0');

}  // namespace crimux
