#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/circular_buffer.hpp>

#include "proxy/method_table.h"

namespace crimux::proxy {

// A call that has ended.
struct FinishedCall {
  // nullptr: one that the table lacks.
  const Method* method = nullptr;
  // As CallBook counts them.
  uint16_t runtime = 0;
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::chrono::nanoseconds duration{0};
  std::chrono::steady_clock::time_point ended;
};

// The latest calls of some kind, as many as fit.
class LatestCalls {
 public:
  explicit LatestCalls(size_t most) : calls_(most) {}

  void Add(const FinishedCall& call) { calls_.push_back(call); }
  // The latest first.
  std::vector<FinishedCall> List() const { return {calls_.rbegin(), calls_.rend()}; }

 private:
  boost::circular_buffer<FinishedCall> calls_;
};

// The slowest calls of the last while, as many as fit. A call that is faster than all of them costs
// two comparisons.
class SlowestCalls {
 public:
  SlowestCalls(size_t most, std::chrono::nanoseconds memory) : most_(most), memory_(memory) {
    calls_.reserve(most);
  }

  void Offer(const FinishedCall& call) {
    if (call.duration > floor_ || call.ended >= next_expiry_) Take(call);
  }
  // The slowest first, without those that are older than the memory.
  std::vector<FinishedCall> List(std::chrono::steady_clock::time_point now) const;

 private:
  void Take(const FinishedCall& call);

  size_t most_;
  std::chrono::nanoseconds memory_;
  // The slowest first.
  std::vector<FinishedCall> calls_;
  // What a call has to exceed to be taken; below zero while there is room.
  std::chrono::nanoseconds floor_{-1};
  // When the oldest of them is to be forgotten.
  std::chrono::steady_clock::time_point next_expiry_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace crimux::proxy
