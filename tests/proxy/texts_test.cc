// Texts inside serialized messages, and what becomes of image names.
#include "proxy/wire/texts.h"

#include <catch2/catch.hpp>

#include "proxy/image_names.h"
#include "proxy/runtime/image_prefix.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

namespace cri = runtime::v1;

std::optional<std::string> Louder(std::string_view text) {
  if (text.empty() || text.ends_with('!')) return std::nullopt;
  return std::string(text) + "!";
}

cri::ListImagesResponse TwoImages() {
  cri::ListImagesResponse list;
  cri::Image* first = list.add_images();
  first->set_id("one");
  first->add_repo_tags("a");
  first->add_repo_tags("b");
  first->add_repo_digests("c");
  first->set_size(7);
  first->mutable_spec()->set_image("d");
  first->mutable_spec()->set_user_specified_image("e");
  (*first->mutable_spec()->mutable_annotations())["a"] = "b";
  list.add_images()->set_id("two");
  return list;
}

TEST_CASE("texts are rewritten where they stand, at any depth, and nothing else is") {
  auto rewritten = RewriteTexts(TwoImages().SerializeAsString(), kInImages, Louder);
  REQUIRE(rewritten);
  cri::ListImagesResponse list;
  REQUIRE(list.ParseFromString(*rewritten));
  cri::ListImagesResponse expected = TwoImages();
  cri::Image* first = expected.mutable_images(0);
  first->set_repo_tags(0, "a!");
  first->set_repo_tags(1, "b!");
  first->set_repo_digests(0, "c!");
  first->mutable_spec()->set_image("d!");
  first->mutable_spec()->set_user_specified_image("e!");
  CHECK(list.DebugString() == expected.DebugString());
}

TEST_CASE("lengths of more than one byte are written right") {
  cri::PullImageRequest request;
  request.mutable_image()->set_image(std::string(127, 'x'));
  auto rewritten = RewriteTexts(request.SerializeAsString(), kInImageRequest, Louder);
  REQUIRE(rewritten);
  REQUIRE(request.ParseFromString(*rewritten));
  CHECK(request.image().image() == std::string(127, 'x') + "!");
  request.mutable_image()->set_image(std::string(70'000, 'x'));
  rewritten = RewriteTexts(request.SerializeAsString(), kInImageRequest, Louder);
  REQUIRE(rewritten);
  REQUIRE(request.ParseFromString(*rewritten));
  CHECK(request.image().image().size() == 70'001);
}

TEST_CASE("fields that are not known stay, byte for byte") {
  std::string unknown = "\xfa\x3f\x03new";  // Field 1023.
  std::string message = unknown + "\x0a\x01x" + unknown;
  CHECK(RewriteTexts(message, kInPulled, Louder) == unknown + "\x0a\x02x!" + unknown);
}

TEST_CASE("a message in which no text changes is told so") {
  CHECK_FALSE(RewriteTexts("", kInImages, Louder));
  CHECK_FALSE(RewriteTexts("\x0a\x01!", kInPulled, Louder));
  // A number where a text is expected.
  CHECK_FALSE(RewriteTexts(std::string_view("\x08\x01", 2), kInPulled, Louder));
}

TEST_CASE("a message that is malformed at any depth is not rewritten") {
  std::string good = TwoImages().SerializeAsString();
  CHECK_FALSE(RewriteTexts(good + "\x0a\x7f", kInImages, Louder));
  for (size_t length = 1; length < good.size(); ++length) {
    cri::ListImagesResponse list;
    bool is_message = list.ParseFromString(good.substr(0, length));
    CAPTURE(length);
    if (!is_message) CHECK_FALSE(RewriteTexts(good.substr(0, length), kInImages, Louder));
  }
  // Field 1 holds what can't be an Image.
  CHECK_FALSE(RewriteTexts("\x0a\x01\xff\x0a\x03\x12\x01x", kInImages, Louder));
}

TEST_CASE("a prefix is stripped from the names that have it") {
  ImagePrefix prefix("side/");
  CHECK(prefix.Strip("side/nginx:1") == "nginx:1");
  CHECK(prefix.Strip("side/side/nginx") == "side/nginx");
  CHECK(prefix.Strip("side/nginx@sha256:ab") == "nginx@sha256:ab");
  for (const char* other : {"nginx", "sideways/nginx", "docker.io/side/nginx", "sha256:ab", ""}) {
    CHECK_FALSE(prefix.Strip(other));
  }
}

TEST_CASE("a prefix is put before names, never before ids") {
  ImagePrefix prefix("side/");
  CHECK(prefix.PutBack("nginx:1") == "side/nginx:1");
  CHECK(prefix.PutBack("nginx@sha256:ab") == "side/nginx@sha256:ab");
  CHECK(prefix.PutBack("cafe") == "side/cafe");
  CHECK(prefix.PutBack("decafbad:latest") == "side/decafbad:latest");
  for (const std::string& id :
       {std::string(""), "sha256:" + std::string(64, 'a'), std::string(64, 'a'),
        std::string(12, 'a'), std::string("<none>:<none>"), std::string("<none>@<none>")}) {
    CHECK_FALSE(prefix.PutBack(id));
  }
}

TEST_CASE("a name without the prefix is foreign, an id is not") {
  ImagePrefix prefix("side/");
  CHECK(prefix.IsForeign("nginx"));
  CHECK_FALSE(prefix.IsForeign("side/nginx"));
  CHECK_FALSE(prefix.IsForeign("sha256:" + std::string(64, 'a')));
  CHECK_FALSE(prefix.IsForeign(""));
}

}  // namespace
}  // namespace crimux::proxy
