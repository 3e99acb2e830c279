#include "base/rollback.h"

#include <stdexcept>

#include <catch2/catch.hpp>

namespace crimux {
namespace {

TEST_CASE("without Commit the steps are undone in reverse, past one that fails") {
  std::string undone;
  {
    Rollback rollback;
    rollback.Add("a", [&] { undone += "a"; });
    rollback.Add("b", [&] { throw std::runtime_error("stuck"); });
    rollback.Add("c", [&] { undone += "c"; });
  }
  CHECK(undone == "ca");
}

TEST_CASE("after Commit nothing is undone") {
  std::string undone;
  {
    Rollback rollback;
    rollback.Add("a", [&] { undone += "a"; });
    rollback.Commit();
  }
  CHECK(undone.empty());
}

}  // namespace
}  // namespace crimux
