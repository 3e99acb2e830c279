// Who holds which image.
#include "proxy/routing/image_holders.h"

#include <catch2/catch.hpp>

#include "runtime/v1/api.pb.h"
#include "tests/proxy/stub_runtime.h"

namespace crimux::proxy {
namespace {

namespace cri = runtime::v1;

const std::string kHex = "abcdef" + std::string(58, '0');
const std::string kId = "sha256:" + kHex;
const std::string kOther = "sha256:" + std::string(64, '1');
const std::string kDigest = "docker.io/library/nginx@" + kId;

using Runtimes = std::vector<Runtime*>;

std::string ListOf(const std::vector<std::string>& ids, const std::string& digest = "") {
  cri::ListImagesResponse list;
  for (const std::string& id : ids) {
    cri::Image* image = list.add_images();
    image->set_id(id);
    image->add_repo_tags("nginx:latest");
    if (!digest.empty()) image->add_repo_digests(digest);
  }
  return list.SerializeAsString();
}

struct Shelf {
  StubRuntime a{"a"};
  StubRuntime b{"b"};
  ImageHolders holders;
};

TEST_CASE("ImageHolders: ids and digests are told from names") {
  for (const std::string& id : {kId, kHex, kHex.substr(0, 12), kHex.substr(0, 6), kDigest,
                                std::string("nginx@sha256:ab")}) {
    CAPTURE(id);
    CHECK(ImageHolders::IsId(id));
  }
  for (const std::string& name :
       {std::string("nginx"), std::string("abcde"), std::string("abcdef:1"), std::string("ABCDEF"),
        kHex + "0", std::string("docker.io/library/abcdef"), std::string("")}) {
    CAPTURE(name);
    CHECK_FALSE(ImageHolders::IsId(name));
  }
}

TEST_CASE("ImageHolders: an image is found by id, with or without sha256:, and its beginning") {
  Shelf shelf;
  shelf.holders.Learn(kId, &shelf.a);
  for (const std::string& wanted :
       {kId, kHex, kHex.substr(0, 12), "sha256:" + kHex.substr(0, 12)}) {
    CHECK(shelf.holders.Find(wanted) == Runtimes{&shelf.a});
  }
  CHECK(shelf.holders.Find(kHex.substr(0, 5)).empty());
  CHECK(shelf.holders.Find(kOther).empty());
  CHECK(shelf.holders.Find("").empty());
}

TEST_CASE("ImageHolders: a list tells ids and digests, never names") {
  Shelf shelf;
  shelf.holders.LearnList(ListOf({kId}, kDigest), &shelf.a);
  CHECK(shelf.holders.Find(kId) == Runtimes{&shelf.a});
  CHECK(shelf.holders.Find(kDigest) == Runtimes{&shelf.a});
  CHECK(shelf.holders.Find("nginx:latest").empty());
  CHECK(shelf.holders.Find("another/nginx@" + kId).empty());
  CHECK(shelf.holders.Count(&shelf.a) == 1);
}

TEST_CASE("ImageHolders: a list replaces what its runtime was known to hold") {
  Shelf shelf;
  shelf.holders.LearnList(ListOf({kId, kOther}), &shelf.a);
  shelf.holders.LearnList(ListOf({kId}), &shelf.b);
  CHECK(shelf.holders.Count(&shelf.a) == 2);
  shelf.holders.LearnList(ListOf({kOther}), &shelf.a);
  CHECK(shelf.holders.Find(kId) == Runtimes{&shelf.b});
  CHECK(shelf.holders.Find(kOther) == Runtimes{&shelf.a});
}

TEST_CASE("ImageHolders: several runtimes hold one image, until each has let go of it") {
  Shelf shelf;
  shelf.holders.Learn(kId, &shelf.a);
  shelf.holders.Learn(kId, &shelf.b);
  Runtimes both = shelf.holders.Find(kId);
  CHECK(both.size() == 2);
  shelf.holders.Forget(kId, &shelf.a);
  CHECK(shelf.holders.Find(kId) == Runtimes{&shelf.b});
  shelf.holders.Forget(kHex, &shelf.b);
  CHECK(shelf.holders.Find(kId).empty());
  CHECK(shelf.holders.Count(&shelf.b) == 0);
}

TEST_CASE("ImageHolders: a name is not learned, and one that is unknown not forgotten") {
  Shelf shelf;
  shelf.holders.Learn("nginx:latest", &shelf.a);
  CHECK(shelf.holders.Count(&shelf.a) == 0);
  shelf.holders.Learn(kId, &shelf.a);
  shelf.holders.Learn(kId, &shelf.a);
  shelf.holders.Forget("nginx:latest", &shelf.a);
  shelf.holders.Forget(kOther, &shelf.a);
  shelf.holders.Forget(kId, &shelf.b);
  CHECK(shelf.holders.Count(&shelf.a) == 1);
}

TEST_CASE("ImageHolders: a runtime that is dropped holds nothing, others what they did") {
  Shelf shelf;
  shelf.holders.Learn(kId, &shelf.a);
  shelf.holders.Learn(kId, &shelf.b);
  shelf.holders.Drop(&shelf.a);
  CHECK(shelf.holders.Find(kId) == Runtimes{&shelf.b});
  CHECK(shelf.holders.Count(&shelf.a) == 0);
}

TEST_CASE("ImageHolders: a malformed list tells as much as can be read") {
  Shelf shelf;
  shelf.holders.LearnList(ListOf({kId}) + "\x0a\x7f", &shelf.a);
  CHECK(shelf.holders.Find(kId) == Runtimes{&shelf.a});
  shelf.holders.LearnList("\xff\xff", &shelf.a);
  CHECK(shelf.holders.Count(&shelf.a) == 0);
}

}  // namespace
}  // namespace crimux::proxy
