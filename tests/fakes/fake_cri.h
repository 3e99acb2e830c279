#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace crimux {

// A call as a fake runtime saw it.
struct FakeCall {
  // "runtime.v1" or "runtime.v1alpha2".
  std::string package;
  // "ListContainers".
  std::string method;
  // Serialized.
  std::string request;
  std::multimap<std::string, std::string> metadata;
  std::chrono::system_clock::time_point deadline = std::chrono::system_clock::time_point::max();
};

// What a fake runtime does with a call.
struct FakeAnswer {
  grpc::Status status;
  // Serialized; unary calls send the first (or an empty one), streams all.
  std::vector<std::string> messages;
  std::multimap<std::string, std::string> trailing_metadata;
  std::chrono::milliseconds delay{0};
  // Never ends by itself: a unary call doesn't answer, a stream stays open after its messages.
  bool holds = false;
};

// The brain of a fake CRI runtime: a few sandboxes, containers and images, a journal of the calls,
// and scripts that replace the answer of a method. Any thread.
class FakeCri {
 public:
  using Script = std::function<FakeAnswer(const FakeCall& call)>;

  // Ids that it gives out begin with the name.
  explicit FakeCri(std::string name) : name_(std::move(name)) {}

  FakeAnswer Handle(const FakeCall& call);
  // The fake's caller went away before the answer.
  void NoteCancelled(const std::string& method);
  // A message of a stream has left the fake.
  void NoteWritten(const std::string& method);

  void On(const std::string& method, Script script);
  void On(const std::string& method, FakeAnswer answer);
  void Unscript();
  // Methods of this package only; others are Unimplemented. Empty: both packages.
  void SpeakOnly(const std::string& package);

  // The names of the methods called since the last time, in order.
  std::vector<std::string> TakeAsked();
  // The last call of that method.
  std::optional<FakeCall> Last(const std::string& method) const;
  // False when it didn't come within ten seconds.
  bool WaitForCall(const std::string& method, size_t times = 1);
  bool WaitForCancelled(const std::string& method, size_t times = 1);
  // How many messages of its streams have left.
  size_t Written(const std::string& method) const;

  void AddSandbox(const std::string& id);
  void AddContainer(const std::string& id, const std::string& sandbox);
  void AddImage(const std::string& id, const std::string& tag);

 private:
  FakeAnswer Usual(const FakeCall& call);
  FakeAnswer Streams(const FakeCall& call);
  FakeAnswer Sandboxes(const FakeCall& call);
  FakeAnswer Containers(const FakeCall& call);
  FakeAnswer Images(const FakeCall& call);
  FakeAnswer Node(const FakeCall& call);

  const std::string name_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::string, Script> scripts_;
  std::string package_;
  std::vector<FakeCall> journal_;
  std::vector<std::string> asked_;
  std::multimap<std::string, bool> cancelled_;
  std::map<std::string, size_t> written_;
  std::vector<std::string> sandboxes_;
  // Container and its sandbox.
  std::vector<std::pair<std::string, std::string>> containers_;
  // Id and tag.
  std::vector<std::pair<std::string, std::string>> images_;
  int next_ = 1;
};

}  // namespace crimux
