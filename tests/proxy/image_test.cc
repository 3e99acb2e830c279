// Images by id and digest: to whoever holds them.
#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

const std::string kVmImage = "sha256:" + std::string(64, 'b');
const std::string kShared = "sha256:" + std::string(64, 'c');
const std::string kNowhere = "sha256:" + std::string(64, 'd');

grpc::Status Remove(Node& node, const std::string& reference) {
  Context context;
  cri::RemoveImageRequest request;
  request.mutable_image()->set_image(reference);
  cri::RemoveImageResponse response;
  return node.image->RemoveImage(&context, request, &response);
}

grpc::Status Status(Node& node, const std::string& reference, std::string* id) {
  Context context;
  cri::ImageStatusRequest request;
  request.mutable_image()->set_image(reference);
  cri::ImageStatusResponse response;
  auto status = node.image->ImageStatus(&context, request, &response);
  *id = response.image().id();
  return status;
}

struct WithImages : Node {
  WithImages() {
    vm.AddImage(kVmImage, "cirros");
    main.AddImage(kShared, "shared");
    side.AddImage(kShared, "shared");
    Start();
  }
  void List() {
    Context context;
    cri::ListImagesResponse response;
    REQUIRE(image->ListImages(&context, {}, &response).ok());
    Asked();
  }
};

TEST_CASE("an image id goes to the runtime that holds it") {
  WithImages node;
  node.List();
  std::string id;
  CHECK(Status(node, kVmImage, &id).ok());
  CHECK(id == kVmImage);
  CHECK(node.Asked() == "vm: ImageStatus");
  CHECK(Remove(node, kVmImage).ok());
  CHECK(node.Asked() == "vm: RemoveImage");
}

TEST_CASE("an abbreviated image id goes to the runtime that holds it") {
  WithImages node;
  node.List();
  std::string id;
  CHECK(Status(node, std::string(12, 'b'), &id).ok());
  CHECK(node.Asked() == "vm: ImageStatus");
}

TEST_CASE("a name goes to the default runtime even if another happens to have it") {
  WithImages node;
  node.List();
  std::string id;
  CHECK(Status(node, "cirros", &id).ok());
  CHECK(id.empty());
  CHECK(node.Asked() == "main: ImageStatus");
}

TEST_CASE("an image id that nobody is known to hold is asked of all") {
  WithImages node;
  std::string id;
  CHECK(Status(node, kVmImage, &id).ok());
  CHECK(id == kVmImage);
  CHECK(node.Asked() == "main: ImageStatus; side: ImageStatus; vm: ImageStatus; vm: ImageStatus");
  CHECK(Status(node, kNowhere, &id).ok());
  CHECK(id.empty());
  node.Asked();
  CHECK(Remove(node, kNowhere).ok());
  CHECK(node.Asked() == "main: ImageStatus; side: ImageStatus; vm: ImageStatus");
}

TEST_CASE("an image id that nobody is known to hold is Unavailable while a runtime is away") {
  WithImages node;
  node.side_server.reset();
  std::string id;
  auto status = Status(node, kNowhere, &id);
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("side") != std::string::npos);
  CHECK(Remove(node, kNowhere).error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(Status(node, kVmImage, &id).ok());
  CHECK(id == kVmImage);
}

TEST_CASE("an image that two runtimes hold is removed from both") {
  WithImages node;
  node.List();
  CHECK(Remove(node, kShared).ok());
  CHECK(node.Asked() == "main: RemoveImage; side: RemoveImage");
  node.main.AddImage(kShared, "shared");
  node.side.AddImage(kShared, "shared");
  node.List();
  node.side.On("RemoveImage", {.status = {grpc::StatusCode::ABORTED, "in use"}});
  CHECK(Remove(node, kShared).error_message() == "in use");
}

TEST_CASE("what was pulled has an owner before any list") {
  WithImages node;
  Context context;
  cri::PullImageRequest request;
  request.mutable_image()->set_image("vm.crimux.io/cirros");
  cri::PullImageResponse response;
  REQUIRE(node.image->PullImage(&context, request, &response).ok());
  node.Asked();
  std::string id;
  CHECK(Status(node, response.image_ref(), &id).ok());
  CHECK(id == response.image_ref());
  CHECK(node.Asked() == "vm: ImageStatus");
}

}  // namespace
}  // namespace crimux
