#include "vmruntime/oci/reference.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST_CASE("a reference names registry, repository and version") {
  OciReference tagged = ParseOciReference("oci://registry.example.com:5000/a/b_c:v1.2");
  CHECK(tagged.registry == "https://registry.example.com:5000");
  CHECK(tagged.repository == "a/b_c");
  CHECK(tagged.version == "v1.2");
  CHECK(tagged.Url("manifests", "v1.2") ==
        "https://registry.example.com:5000/v2/a/b_c/manifests/v1.2");
  CHECK(ParseOciReference("oci-http://127.0.0.1:5000/a").registry == "http://127.0.0.1:5000");
  CHECK(ParseOciReference("oci://h/a").version == "latest");
  CHECK(ParseOciReference("oci://h/a@" + kDigest).version == kDigest);
  CHECK(ParseOciReference("oci://h/a:v1@" + kDigest).version == kDigest);
  CHECK(ParseOciReference("oci://h/a:v1@" + kDigest).repository == "a");
}

TEST_CASE("docker.io is found where it is") {
  CHECK(ParseOciReference("oci://docker.io/busybox").Url("blobs", "x") ==
        "https://registry-1.docker.io/v2/library/busybox/blobs/x");
  CHECK(ParseOciReference("oci://docker.io/a/b").repository == "a/b");
}

TEST_CASE("what no registry has is no reference") {
  for (const char* url :
       {"oci://h", "oci://h/", "oci://h/A", "oci://h/a/../b", "oci://h/a//b", "oci://h/a?b",
        "oci://h/a%2e", "oci://h/a:", "oci://h/a:.x", "oci://h/a:b/c", "oci://h/a@sha256:12",
        "oci://h/a@md5:aa", "oci://h/.a", "oci://h/a/", "oci://h/a\nb", "oci://h/a:b\n"}) {
    INFO(url);
    CHECK_THROWS_AS(ParseOciReference(url), Error);
  }
  CHECK_THROWS_AS(ParseOciReference("oci://h/" + std::string(256, 'a')), Error);
}

}  // namespace
}  // namespace crimux::vm
