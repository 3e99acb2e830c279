#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {

// The message of the INVALID_ARGUMENT that `work` throws.
template <typename Work>
std::string Refusal(Work work) {
  try {
    work();
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
    return e.what();
  }
  return "nothing was refused";
}

}  // namespace crimux::vm
