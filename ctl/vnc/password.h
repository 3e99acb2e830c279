#pragma once

#include <string>
#include <string_view>

namespace crimux::ctl {

// Eight random characters, all that RFB's authentication makes use of: letters and digits.
std::string RandomPassword();

inline constexpr size_t kChallengeSize = 16;
// Random bytes.
std::string RandomChallenge();

// What a viewer that knows the password answers to a challenge (RFC 6143, 7.2.2): the challenge,
// encrypted in DES with the password, of whose bytes the bits are reversed.
std::string ResponseTo(std::string_view challenge, std::string_view password);

// In a time that doesn't tell where they differ.
bool SameSecret(std::string_view a, std::string_view b);

}  // namespace crimux::ctl
