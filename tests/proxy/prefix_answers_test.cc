// A runtime whose image names have a prefix outside: what comes out.
#include "tests/proxy/prefix_node.h"
#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

TEST_CASE("the prefix is put back in lists and status of images, and other runtimes have none") {
  WithPrefix node;
  cri::ListImagesResponse inside;
  *inside.add_images() = AnImage("");
  inside.add_images()->add_repo_tags("<none>:<none>");
  node.Answer(node.side, "ListImages", inside);
  cri::ListImagesResponse main;
  *main.add_images() = AnImage("");
  node.Answer(node.main, "ListImages", main);
  Context c1;
  cri::ListImagesResponse list;
  REQUIRE(node.image->ListImages(&c1, {}, &list).ok());
  REQUIRE(list.images_size() == 3);
  CHECK(list.images(0).DebugString() == AnImage("").DebugString());
  CHECK(list.images(1).DebugString() == AnImage("side/").DebugString());
  CHECK(list.images(2).repo_tags(0) == "<none>:<none>");

  cri::ImageStatusResponse image;
  *image.mutable_image() = AnImage("");
  (*image.mutable_info())["verbose"] = "nginx";
  node.Answer(node.side, "ImageStatus", image);
  cri::ImageStatusRequest request;
  request.mutable_image()->set_image("side/nginx");
  Context c2;
  cri::ImageStatusResponse response;
  REQUIRE(node.image->ImageStatus(&c2, request, &response).ok());
  CHECK(response.image().DebugString() == AnImage("side/").DebugString());
  CHECK(response.info().at("verbose") == "nginx");
}

TEST_CASE("the prefix is put back in lists and status of containers and sandboxes") {
  WithPrefix node;
  node.side.AddSandbox("s1");
  node.side.AddContainer("c1", "s1");
  cri::ListContainersResponse containers;
  cri::Container* container = containers.add_containers();
  container->set_id("c1");
  FillSpec("", container->mutable_image());
  container->set_image_ref("docker.io/library/nginx" + kDigest);
  container->set_image_id(kId);
  (*container->mutable_annotations())["image"] = "nginx";
  node.Answer(node.side, "ListContainers", containers);
  Context c1;
  cri::ListContainersResponse list;
  REQUIRE(node.runtime->ListContainers(&c1, {}, &list).ok());
  FillSpec("side/", container->mutable_image());
  container->set_image_ref("side/docker.io/library/nginx" + kDigest);
  CHECK(list.DebugString() == containers.DebugString());

  cri::ContainerStatusResponse status;
  *status.mutable_status() = AStatus("");
  node.Answer(node.side, "ContainerStatus", status);
  Context c2;
  cri::ContainerStatusRequest which;
  which.set_container_id("c1");
  cri::ContainerStatusResponse response;
  REQUIRE(node.runtime->ContainerStatus(&c2, which, &response).ok());
  CHECK(response.status().DebugString() == AStatus("side/").DebugString());

  cri::PodSandboxStatusResponse sandbox;
  sandbox.mutable_status()->set_id("s1");
  *sandbox.add_containers_statuses() = AStatus("");
  node.Answer(node.side, "PodSandboxStatus", sandbox);
  Context c3;
  cri::PodSandboxStatusRequest whose;
  whose.set_pod_sandbox_id("s1");
  cri::PodSandboxStatusResponse sandbox_response;
  REQUIRE(node.runtime->PodSandboxStatus(&c3, whose, &sandbox_response).ok());
  REQUIRE(sandbox_response.containers_statuses_size() == 1);
  CHECK(sandbox_response.containers_statuses(0).DebugString() == AStatus("side/").DebugString());
}

TEST_CASE("what a pull answers is an id as it is, or a name with the prefix") {
  WithPrefix node;
  cri::PullImageRequest request;
  request.mutable_image()->set_image("side/nginx");
  for (auto [inside, outside] :
       {std::pair{kId, kId}, std::pair{std::string(64, 'b'), std::string(64, 'b')},
        std::pair{"nginx" + kDigest, "side/nginx" + kDigest}}) {
    cri::PullImageResponse answer;
    answer.set_image_ref(inside);
    node.Answer(node.side, "PullImage", answer);
    Context context;
    cri::PullImageResponse response;
    REQUIRE(node.image->PullImage(&context, request, &response).ok());
    CHECK(response.image_ref() == outside);
  }
}

TEST_CASE("what is malformed and what fails passes a runtime with a prefix as it is") {
  WithPrefix node;
  node.side.AddContainer("c1", "s1");
  // Field 1 can't be a ContainerStatus.
  const std::string garbage = "\x0a\x01\xff\x12\x01x";
  node.side.On("ContainerStatus", FakeAnswer{.messages = {garbage}});
  cri::ContainerStatusRequest which;
  which.set_container_id("c1");
  std::string answer;
  CHECK(CallBytes(node, "/runtime.v1.RuntimeService/ContainerStatus", which.SerializeAsString(),
                  &answer)
            .ok());
  CHECK(answer == garbage);
  node.side.On("ContainerStatus", {.status = {grpc::StatusCode::ABORTED, "side/reason"}});
  Context again;
  cri::ContainerStatusResponse response;
  auto failure = node.runtime->ContainerStatus(&again, which, &response);
  CHECK(failure.error_code() == grpc::StatusCode::ABORTED);
  CHECK(failure.error_message() == "side/reason");
}

// The one message that "side" sends in that stream, as it comes out; the others send none.
template <class Message>
Message Streamed(WithPrefix& node, const std::string& method, const Message& inside,
                 const std::string& request = "") {
  // The end of one runtime's events is the end of all.
  bool holds = method == "GetContainerEvents";
  for (FakeCri* cri : {&node.main, &node.vm}) {
    cri->On(method, FakeAnswer{.messages = {""}, .holds = holds});
  }
  node.side.On(method, FakeAnswer{.messages = {inside.SerializeAsString()}, .holds = holds});
  std::string service = method == "StreamImages" ? "ImageService" : "RuntimeService";
  RawStream stream(node, "/runtime.v1." + service + "/" + method, request);
  Message outside;
  while (auto bytes = stream.Read()) {
    REQUIRE(outside.MergeFromString(*bytes));
    if (holds && !bytes->empty()) break;
  }
  return outside;
}

TEST_CASE("the prefix is put back in streams") {
  WithPrefix node;
  cri::StreamImagesResponse images;
  *images.add_images() = AnImage("");
  auto streamed = Streamed(node, "StreamImages", images);
  REQUIRE(streamed.images_size() == 1);
  CHECK(streamed.images(0).DebugString() == AnImage("side/").DebugString());

  cri::StreamContainersResponse containers;
  FillSpec("", containers.add_containers()->mutable_image());
  cri::StreamContainersResponse expected;
  FillSpec("side/", expected.add_containers()->mutable_image());
  CHECK(Streamed(node, "StreamContainers", containers).DebugString() == expected.DebugString());

  cri::ContainerEventResponse event;
  event.set_container_id("c1");
  *event.add_containers_statuses() = AStatus("");
  auto told = Streamed(node, "GetContainerEvents", event);
  REQUIRE(told.containers_statuses_size() == 1);
  CHECK(told.containers_statuses(0).DebugString() == AStatus("side/").DebugString());
}

TEST_CASE("a stream of images by name is stripped for whose name it is, and empty for others") {
  WithPrefix node;
  cri::StreamImagesResponse images;
  *images.add_images() = AnImage("");
  cri::StreamImagesRequest request;
  request.mutable_filter()->mutable_image()->set_image("side/nginx:1");
  CHECK(Streamed(node, "StreamImages", images, request.SerializeAsString()).images_size() == 1);
  CHECK(node.Inside<cri::StreamImagesRequest>("StreamImages").filter().image().image() ==
        "nginx:1");
  request.mutable_filter()->mutable_image()->set_image("nginx:1");
  CHECK(Streamed(node, "StreamImages", images, request.SerializeAsString()).images_size() == 0);
}

TEST_CASE("v1alpha2 has its names stripped and put back alike") {
  WithPrefix node;
  cri::ImageStatusResponse image;
  *image.mutable_image() = AnImage("");
  node.Answer(node.side, "ImageStatus", image);
  cri::ImageStatusRequest request;
  request.mutable_image()->set_image("side/nginx");
  std::string answer;
  REQUIRE(CallBytes(node, "/runtime.v1alpha2.ImageService/ImageStatus", request.SerializeAsString(),
                    &answer)
              .ok());
  cri::ImageStatusResponse response;
  REQUIRE(response.ParseFromString(answer));
  CHECK(response.image().DebugString() == AnImage("side/").DebugString());
  CHECK(node.Inside<cri::ImageStatusRequest>("ImageStatus").image().image() == "nginx");
}

}  // namespace
}  // namespace crimux
