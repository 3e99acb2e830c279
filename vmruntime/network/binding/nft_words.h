#pragma once

#include <fmt/format.h>

#include <string>

#include "vmruntime/network/link/ip.h"

namespace crimux::vm {

// An IPv6 address as nft takes such a number, for the target of a neighbor's solicitation or
// advertisement ("@th,64,128").
inline std::string NftNumber(const Cidr& address) {
  std::string text = "0x";
  for (unsigned char byte : address.bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace crimux::vm
