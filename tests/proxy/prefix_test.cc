// A runtime whose image names have a prefix outside: what goes in, and where.
#include "tests/proxy/prefix_node.h"

namespace crimux {
namespace {

TEST_CASE("the prefix is stripped from what names an image") {
  WithPrefix node;
  cri::ImageSpec inside;
  FillSpec("", &inside);
  cri::ImageStatusRequest status;
  FillSpec("side/", status.mutable_image());
  Context c1;
  cri::ImageStatusResponse r1;
  REQUIRE(node.image->ImageStatus(&c1, status, &r1).ok());
  CHECK(node.Asked() == "side: ImageStatus");
  CHECK(node.Inside<cri::ImageStatusRequest>("ImageStatus").image().DebugString() ==
        inside.DebugString());

  cri::PullImageRequest pull;
  FillSpec("side/", pull.mutable_image());
  pull.mutable_auth()->set_username("side/user");
  Context c2;
  cri::PullImageResponse r2;
  REQUIRE(node.image->PullImage(&c2, pull, &r2).ok());
  CHECK(node.Asked() == "side: PullImage");
  auto pulled = node.Inside<cri::PullImageRequest>("PullImage");
  CHECK(pulled.image().DebugString() == inside.DebugString());
  CHECK(pulled.auth().username() == "side/user");

  cri::RemoveImageRequest remove;
  FillSpec("side/", remove.mutable_image());
  Context c3;
  cri::RemoveImageResponse r3;
  REQUIRE(node.image->RemoveImage(&c3, remove, &r3).ok());
  CHECK(node.Asked() == "side: RemoveImage");
  CHECK(node.Inside<cri::RemoveImageRequest>("RemoveImage").image().DebugString() ==
        inside.DebugString());
}

TEST_CASE("the prefix is stripped from a new container's images") {
  WithPrefix node;
  node.side.AddSandbox("s1");
  cri::CreateContainerRequest request;
  request.set_pod_sandbox_id("s1");
  FillSpec("side/", request.mutable_config()->mutable_image());
  request.mutable_config()->add_args("side/argument");
  cri::Mount* mount = request.mutable_config()->add_mounts();
  mount->set_host_path("side/path");
  mount->mutable_image()->set_image("side/data:1");
  Context context;
  cri::CreateContainerResponse response;
  REQUIRE(node.runtime->CreateContainer(&context, request, &response).ok());
  auto inside = node.Inside<cri::CreateContainerRequest>("CreateContainer");
  FillSpec("", request.mutable_config()->mutable_image());
  mount->mutable_image()->set_image("data:1");
  CHECK(inside.DebugString() == request.DebugString());
}

TEST_CASE("names without the prefix and ids go in as they are") {
  WithPrefix node;
  node.side.AddSandbox("s1");
  for (const std::string& reference : {kId, std::string(64, 'b'), std::string("nginx:1")}) {
    cri::CreateContainerRequest request;
    request.set_pod_sandbox_id("s1");
    request.mutable_config()->mutable_image()->set_image(reference);
    Context context;
    cri::CreateContainerResponse response;
    REQUIRE(node.runtime->CreateContainer(&context, request, &response).ok());
    CHECK(node.Inside<cri::CreateContainerRequest>("CreateContainer").DebugString() ==
          request.DebugString());
  }
}

TEST_CASE("a list of images by name is stripped for whose name it is, and empty for others") {
  WithPrefix node;
  cri::ListImagesResponse all;
  *all.add_images() = AnImage("");
  node.Answer(node.side, "ListImages", all);
  cri::ListImagesRequest request;
  request.mutable_filter()->mutable_image()->set_image("side/nginx:1");
  Context c1;
  cri::ListImagesResponse list;
  REQUIRE(node.image->ListImages(&c1, request, &list).ok());
  CHECK(list.images_size() == 1);
  CHECK(node.Inside<cri::ListImagesRequest>("ListImages").filter().image().image() == "nginx:1");
  request.mutable_filter()->mutable_image()->set_image("nginx:1");
  Context c2;
  REQUIRE(node.image->ListImages(&c2, request, &list).ok());
  CHECK(list.images_size() == 0);
  request.mutable_filter()->mutable_image()->set_image(kId);
  Context c3;
  REQUIRE(node.image->ListImages(&c3, request, &list).ok());
  CHECK(list.images_size() == 1);
}

TEST_CASE("a name is removed where its prefix leads, an id from all that hold it") {
  WithPrefix node;
  for (FakeCri* cri : {&node.main, &node.side}) {
    cri::ListImagesResponse images;
    *images.add_images() = AnImage("");
    node.Answer(*cri, "ListImages", images);
  }
  Context list_context;
  cri::ListImagesResponse list;
  REQUIRE(node.image->ListImages(&list_context, {}, &list).ok());
  node.Asked();
  const std::string name = "docker.io/library/nginx" + kDigest;
  for (auto [reference, asked] :
       {std::pair{std::string("side/nginx:1"), "side: RemoveImage"},
        std::pair{"side/" + name, "side: RemoveImage"}, std::pair{name, "main: RemoveImage"},
        std::pair{kId, "main: RemoveImage; side: RemoveImage"}}) {
    Context context;
    cri::RemoveImageRequest request;
    request.mutable_image()->set_image(reference);
    cri::RemoveImageResponse response;
    REQUIRE(node.image->RemoveImage(&context, request, &response).ok());
    CAPTURE(reference);
    CHECK(node.Asked() == asked);
    Context again;
    REQUIRE(node.image->ListImages(&again, {}, &list).ok());
    node.Asked();
  }
}

TEST_CASE("a pod's own words for its runtime lead an image there without the prefix, too") {
  WithPrefix node;
  cri::PullImageRequest request;
  request.mutable_image()->set_image("nginx");
  (*request.mutable_image()->mutable_annotations())["kubernetes.io/target-runtime"] = "side";
  Context context;
  cri::PullImageResponse response;
  REQUIRE(node.image->PullImage(&context, request, &response).ok());
  CHECK(node.Asked() == "side: PullImage");
  CHECK(node.Inside<cri::PullImageRequest>("PullImage").image().image() == "nginx");
}

}  // namespace
}  // namespace crimux
