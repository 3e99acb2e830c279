#pragma once

#include <functional>

#include "base/error.h"

namespace crimux {

// The code of the Error that `work` throws; OK when it throws none.
inline grpc::StatusCode CodeOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.code();
  }
  return grpc::StatusCode::OK;
}

}  // namespace crimux
