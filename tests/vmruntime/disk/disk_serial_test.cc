#include "vmruntime/disk/disk_serial.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("a short path is its own serial number, with dashes for slashes") {
  CHECK(DiskSerial("/dev/data") == "dev-data");
  CHECK(DiskSerial("/dev/my_disk-2") == "dev-my_disk-2");
  CHECK(DiskSerial("/" + std::string(20, 'a')) == std::string(20, 'a'));
}

TEST_CASE("a path that cannot be a serial number is told by its hash") {
  // printf %s PATH | sha256sum | cut -c 1-20
  CHECK(DiskSerial("/dev/disks/a-very-long-name") == "c0a43bf65044952e49dc");
  for (const char* path : {"", "/", "/a b", "/a.b", "/a\"b", "/a\nb", "/<a>", "/\xc3\xa9"}) {
    CHECK(DiskSerial(path).size() == 20);
    CHECK(DiskSerial(path).find_first_not_of("0123456789abcdef") == std::string::npos);
  }
  CHECK(DiskSerial("/" + std::string(21, 'a')) != DiskSerial("/" + std::string(22, 'a')));
}

}  // namespace
}  // namespace crimux::vm
