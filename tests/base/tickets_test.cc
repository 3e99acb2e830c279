#include "base/tickets.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux {
namespace {

using std::chrono::seconds;

using Texts = Tickets<std::string>;

TEST_CASE("a token serves once") {
  Texts tickets;
  std::string token = tickets.Add("s");
  CHECK(token.size() == 32);
  CHECK(tickets.Add("s") != token);
  auto ticket = tickets.Take(token);
  REQUIRE(ticket.has_value());
  CHECK(*ticket == "s");
  CHECK_FALSE(tickets.Take(token).has_value());
}

TEST_CASE("a token serves a minute, then no more") {
  Texts tickets;
  auto now = Texts::Clock::now();
  std::string first = tickets.Add("s", now);
  std::string second = tickets.Add("s", now);
  CHECK(tickets.Take(first, now + seconds(59)).has_value());
  CHECK_FALSE(tickets.Take(second, now + seconds(61)).has_value());
}

TEST_CASE("so many wait at once, until some are used or too old") {
  Texts tickets(seconds(60), 2);
  auto now = Texts::Clock::now();
  std::string first = tickets.Add("s", now);
  tickets.Add("s", now + seconds(30));
  try {
    tickets.Add("s", now + seconds(31));
    FAIL("one too many");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  tickets.Add("s", now + seconds(61));
  CHECK_FALSE(tickets.Take("unknown", now).has_value());
}

}  // namespace
}  // namespace crimux
