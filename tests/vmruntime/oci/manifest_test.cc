#include "vmruntime/oci/manifest.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

const std::string kA = "sha256:" + std::string(64, 'a');
const std::string kB = "sha256:" + std::string(64, 'b');
const std::string kImage = "application/vnd.oci.image.config.v1+json";

std::string ManifestOf(const std::string& config, const std::string& layers) {
  return fmt::format(R"({{"config": {{"mediaType": "{}"}}, "layers": [{}]}})", config, layers);
}
std::string Layer(const std::string& digest, const std::string& size) {
  return fmt::format(R"({{"digest": "{}", "size": {}}})", digest, size);
}
OciManifest Parse(const std::string& text) { return ParseManifest(text, "amd64", "the image"); }
std::string Refused(const std::string& text) {
  try {
    Parse(text);
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::FAILED_PRECONDITION);
    return std::string(e.what()).substr(std::string("read manifest \"the image\": ").size());
  }
  return "";
}

TEST_CASE("a manifest has layers, the lowest first") {
  OciManifest image = Parse(ManifestOf(kImage, Layer(kA, "1") + "," + Layer(kB, "2")));
  CHECK(image.is_image);
  CHECK(image.next.empty());
  REQUIRE(image.layers.size() == 2);
  CHECK(image.layers[0].digest == kA);
  CHECK(image.layers[1].size == 2);
  CHECK(
      Parse(ManifestOf("application/vnd.docker.container.image.v1+json", Layer(kA, "1"))).is_image);
}

TEST_CASE("a manifest with no image's config is an artifact") {
  CHECK_FALSE(Parse(ManifestOf("application/vnd.unknown.config.v1+json", Layer(kA, "1"))).is_image);
  CHECK_FALSE(Parse(R"({"layers": [)" + Layer(kA, "1") + "]}").is_image);
  CHECK_FALSE(Parse(R"({"artifactType": "application/x", "config": {"mediaType": ")" + kImage +
                    R"("}, "layers": [)" + Layer(kA, "1") + "]}")
                  .is_image);
}

TEST_CASE("an index leads to the manifest for this platform") {
  auto entry = [](const std::string& digest, const std::string& os, const std::string& machine) {
    return fmt::format(R"({{"digest": "{}", "platform": {{"os": "{}", "architecture": "{}"}}}})",
                       digest, os, machine);
  };
  std::string unknown = entry(kA, "unknown", "unknown");
  std::string wanted = entry(kB, "linux", "amd64");
  CHECK(Parse(R"({"manifests": [)" + unknown + "," + wanted + "]}").next == kB);
  CHECK(Parse(R"({"manifests": [{"digest": ")" + kA + R"("}]})").next == kA);
  CHECK(Refused(R"({"manifests": [)" + unknown + "," + entry(kB, "linux", "s390x") + "]}") ==
        "it has nothing for linux/amd64, but for linux/s390x, unknown/unknown");
}

TEST_CASE("a malformed manifest is refused") {
  CHECK(Refused("") == "the manifest is no JSON object");
  CHECK(Refused("[]") == "the manifest is no JSON object");
  CHECK(Refused("{}") == "the manifest has neither layers nor manifests");
  CHECK(Refused(std::string(100, '[')) == "the manifest is no JSON object");
  CHECK(Refused(R"({"layers": 1})") == "its layers are no list of 1 to 256");
  CHECK(Refused(R"({"layers": []})") == "its layers are no list of 1 to 256");
  CHECK(Refused(R"({"manifests": [1]})") == "its manifests are malformed");
  CHECK(Refused(R"({"layers": [1]})") == "a layer has no size");
  CHECK(Refused(ManifestOf(kImage, Layer(kA, "-1"))) == "a layer has no size");
  CHECK(Refused(ManifestOf(kImage, Layer(kA, "1e99"))) == "a layer has no size");
  std::string digest = "it names a blob by another digest than a sha256";
  CHECK(Refused(ManifestOf(kImage, Layer("sha512:00", "1"))) == digest);
  CHECK(Refused(ManifestOf(kImage, Layer("sha256:../../x", "1"))) == digest);
  std::string many = Layer(kA, "1");
  for (int i = 0; i < 256; ++i) many += "," + Layer(kA, "1");
  CHECK(Refused(ManifestOf(kImage, many)) == "its layers are no list of 1 to 256");
}

}  // namespace
}  // namespace crimux::vm
