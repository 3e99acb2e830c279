#include "vmruntime/network/resolv_conf.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

using Strings = std::vector<std::string>;

DnsSettings Read(const std::string& content) {
  TemporaryDir dir;
  std::ofstream(dir.path() / "resolv.conf") << content;
  return ReadResolvConf(dir.path() / "resolv.conf");
}

TEST_CASE("resolv.conf: servers, the last search list, all options") {
  DnsSettings dns = Read(
      "# comment\n; comment\nnameserver 10.0.0.2\nnameserver fd00::2\nsearch a.example b.example\n"
      "search c.example\noptions ndots:5 edns0\noptions trust-ad\n");
  CHECK(dns.servers == Strings{"10.0.0.2", "fd00::2"});
  CHECK(dns.searches == Strings{"c.example"});
  CHECK(dns.options == Strings{"ndots:5", "edns0", "trust-ad"});
}

TEST_CASE("resolv.conf: servers on the host's loopback are none for a guest") {
  DnsSettings dns = Read("nameserver 127.0.0.53\nnameserver ::1\nnameserver 10.0.0.2\n");
  CHECK(dns.servers == Strings{"10.0.0.2"});
}

TEST_CASE("resolv.conf: lines without a value, and a file that isn't there, say nothing") {
  CHECK(Read("nameserver\nsearch\n\n   \nnonsense 1\n").servers.empty());
  CHECK(ReadResolvConf("/nowhere/resolv.conf").servers.empty());
}

}  // namespace
}  // namespace crimux::vm
