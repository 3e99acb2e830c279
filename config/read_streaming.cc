#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "config/sections.h"

namespace crimux {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestIdle{7LL * 24 * 3'600'000};

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string ReadLoopback(const YamlValue& value) {
  std::string address = value.String();
  if (!IsLoopback(address)) {
    value.Fail(
        fmt::format("must be an address of the loopback, such as 127.0.0.1, not \"{}\"", address));
  }
  return address;
}

}  // namespace

std::vector<YamlField> StreamServerFields(StreamServerConfig* streaming) {
  return {
      {"address", [=](const YamlValue& v) { streaming->address = ReadLoopback(v); }},
      {"port",
       [=](const YamlValue& v) { streaming->port = static_cast<uint16_t>(v.Integer(0, 65535)); }},
      {"idleTimeout", [=](const YamlValue& v) {
         streaming->idle_timeout = v.Duration(milliseconds{1000}, kLongestIdle);
       }}};
}

void ReadStreaming(const YamlValue& value, StreamServerConfig* streaming) {
  ReadFields(value, StreamServerFields(streaming));
}

}  // namespace crimux
