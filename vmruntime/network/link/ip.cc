#include "vmruntime/network/link/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace crimux::vm {
namespace {

using Bytes = std::array<unsigned char, 16>;

std::string ToText(const Bytes& bytes, bool v6) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
}

Bytes Mask(int prefix) {
  Bytes mask{};
  for (int bit = 0; bit < prefix; ++bit) mask[bit / 8] |= 0x80U >> (bit % 8);
  return mask;
}

[[noreturn]] void Refuse(const std::string& text) {
  throw Error(grpc::INVALID_ARGUMENT, "parse address", text, "not an IP address");
}

int ParsePrefix(const std::string& digits, int bits, const std::string& text) {
  int prefix = -1;
  const char* end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, prefix);
  if (error != std::errc() || rest != end || prefix < 0 || prefix > bits) Refuse(text);
  return prefix;
}

}  // namespace

std::string Cidr::Address() const { return ToText(bytes, v6); }

std::string Cidr::Text() const { return Address() + "/" + std::to_string(prefix); }

std::string Cidr::Network() const {
  Bytes network = Mask(prefix);
  for (size_t i = 0; i < network.size(); ++i) network[i] &= bytes[i];
  return ToText(network, v6) + "/" + std::to_string(prefix);
}

std::string Cidr::Netmask() const { return ToText(Mask(prefix), false); }

Cidr ParseCidr(const std::string& text) {
  size_t slash = text.find('/');
  Cidr cidr{.v6 = IsIpv6(text)};
  std::string address = text.substr(0, slash);
  if (::inet_pton(cidr.v6 ? AF_INET6 : AF_INET, address.c_str(), cidr.bytes.data()) != 1) {
    Refuse(text);
  }
  cidr.prefix = cidr.Bits();
  if (slash != std::string::npos) {
    cidr.prefix = ParsePrefix(text.substr(slash + 1), cidr.Bits(), text);
  }
  return cidr;
}

bool Overlap(const Cidr& a, const Cidr& b) {
  if (a.v6 != b.v6) return false;
  Cidr wide_a = a;
  Cidr wide_b = b;
  wide_a.prefix = wide_b.prefix = std::min(a.prefix, b.prefix);
  return wide_a.Network() == wide_b.Network();
}

bool IsIp(const std::string& text) {
  Bytes ignored{};
  return ::inet_pton(IsIpv6(text) ? AF_INET6 : AF_INET, text.c_str(), ignored.data()) == 1;
}

bool IsIpv6(const std::string& text) { return text.find(':') != std::string::npos; }

}  // namespace crimux::vm
