#include "vmruntime/streaming/tickets.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

using std::chrono::seconds;

Ticket AnyTicket() { return PortForwardRequest{.sandbox_id = "s", .ports = {}}; }

TEST_CASE("a token serves once") {
  Tickets tickets;
  std::string token = tickets.Add(AnyTicket());
  CHECK(token.size() == 32);
  CHECK(tickets.Add(AnyTicket()) != token);
  auto ticket = tickets.Take(token);
  REQUIRE(ticket.has_value());
  CHECK(std::get<PortForwardRequest>(*ticket).sandbox_id == "s");
  CHECK_FALSE(tickets.Take(token).has_value());
}

TEST_CASE("a token serves a minute, then no more") {
  Tickets tickets;
  auto now = Tickets::Clock::now();
  std::string first = tickets.Add(AnyTicket(), now);
  std::string second = tickets.Add(AnyTicket(), now);
  CHECK(tickets.Take(first, now + seconds(59)).has_value());
  CHECK_FALSE(tickets.Take(second, now + seconds(61)).has_value());
}

TEST_CASE("so many wait at once, until some are used or too old") {
  Tickets tickets(seconds(60), 2);
  auto now = Tickets::Clock::now();
  std::string first = tickets.Add(AnyTicket(), now);
  tickets.Add(AnyTicket(), now + seconds(30));
  try {
    tickets.Add(AnyTicket(), now + seconds(31));
    FAIL("one too many");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  tickets.Add(AnyTicket(), now + seconds(61));
  CHECK_FALSE(tickets.Take("unknown", now).has_value());
}

}  // namespace
}  // namespace crimux::vm::streaming
