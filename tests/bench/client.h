#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace crimux::bench {

// Times single calls to one socket: a channel and a completion queue of its own, one call in
// flight. One thread at a time.
class Client {
 public:
  explicit Client(const std::string& socket);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Calls the method of runtime.v1 with field 1 set to the id, or with an empty request. Returns
  // how long it took; failures are counted. Gives up after 30 s.
  std::chrono::nanoseconds Call(std::string_view method, const std::string& id = "");
  // The same with a whole request, serialized.
  std::chrono::nanoseconds CallWith(std::string_view method, const std::string& request);

  int failed() const { return failed_; }

 private:
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  int failed_ = 0;
};

// Durations of calls, in microseconds.
struct Figures {
  double mean = 0;
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

// Of at least one duration.
Figures FiguresOf(std::vector<std::chrono::nanoseconds> durations);

}  // namespace crimux::bench
