#pragma once

#include <array>
#include <string>

namespace crimux::vm {

// An address with its prefix length.
struct Cidr {
  std::array<unsigned char, 16> bytes{};  // IPv4 uses the first four
  bool v6 = false;
  int prefix = 0;

  int Bits() const { return v6 ? 128 : 32; }
  std::string Address() const;
  std::string Text() const;     // "10.1.2.3/24"
  std::string Network() const;  // "10.1.2.0/24"
  std::string Netmask() const;  // "255.255.255.0"; IPv4 only
};

// Parses "10.1.2.3/24"; without a prefix length it is that of a host. Throws Error
// (INVALID_ARGUMENT).
Cidr ParseCidr(const std::string& text);

// Whether an address is in both networks.
bool Overlap(const Cidr& a, const Cidr& b);

bool IsIp(const std::string& text);  // an address without prefix length
bool IsIpv6(const std::string& text);

}  // namespace crimux::vm
