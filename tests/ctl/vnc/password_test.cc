#include "ctl/vnc/password.h"

#include <fmt/format.h>

#include <cctype>

#include <catch2/catch.hpp>

namespace crimux::ctl {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

// Computed with openssl enc -des-ecb -nopad, and the password's bytes with their bits reversed.
TEST_CASE("a response is the challenge in DES with the password, as RFB has it") {
  std::string challenge;
  for (char i = 0; i < 16; ++i) challenge.push_back(i);
  CHECK(Hex(ResponseTo(challenge, "secret42")) == "c6e31ed26154432307b32f3f00a3e6a1");
  CHECK(Hex(ResponseTo(challenge, "abc")) == "9c22b4f2088c3465a1562c4b9d6edb04");
  CHECK(ResponseTo(challenge, "secret42, and more") == ResponseTo(challenge, "secret42"));
}

TEST_CASE("passwords and challenges are never the same") {
  std::string password = RandomPassword();
  CHECK(password.size() == 8);
  for (char c : password) CHECK(std::isalnum(static_cast<unsigned char>(c)) != 0);
  CHECK(password != RandomPassword());
  CHECK(RandomChallenge().size() == 16);
  CHECK(RandomChallenge() != RandomChallenge());
}

TEST_CASE("secrets are the same when all of them is") {
  CHECK(SameSecret("abc", "abc"));
  CHECK_FALSE(SameSecret("abc", "abd"));
  CHECK_FALSE(SameSecret("abc", "abcd"));
}

}  // namespace
}  // namespace crimux::ctl
