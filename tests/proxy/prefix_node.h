#pragma once

#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {

namespace cri = runtime::v1;

inline const std::string kId = "sha256:" + std::string(64, 'a');
inline const std::string kDigest = "@" + kId;

// "side" has the prefix "side/".
struct WithPrefix : Node {
  WithPrefix() {
    config.runtimes[1].image_prefix = "side/";
    config.routes.push_back({.runtime = "side", .image_prefix = {"side/"}});
    Start();
  }

  // The request of the last call of that method to "side".
  template <class Message>
  Message Inside(const std::string& method) {
    auto call = side.Last(method);
    REQUIRE(call);
    Message message;
    REQUIRE(message.ParseFromString(call->request));
    return message;
  }

  void Answer(FakeCri& cri, const std::string& method, const google::protobuf::Message& message) {
    cri.On(method, FakeAnswer{.messages = {message.SerializeAsString()}});
  }
};

inline void FillSpec(const std::string& prefix, cri::ImageSpec* spec) {
  spec->set_image(prefix + "nginx:1");
  spec->set_user_specified_image(prefix + "nginx");
  spec->set_image_ref(kId);
  (*spec->mutable_annotations())["note"] = "side/stays";
}

// As the runtime says it, and with the prefix, as it is to come out.
inline cri::Image AnImage(const std::string& prefix) {
  cri::Image image;
  image.set_id(kId);
  image.add_repo_tags(prefix + "docker.io/library/nginx:1");
  image.add_repo_tags(prefix + "nginx:latest");
  image.add_repo_digests(prefix + "docker.io/library/nginx" + kDigest);
  image.set_size(1);
  FillSpec(prefix, image.mutable_spec());
  return image;
}

inline cri::ContainerStatus AStatus(const std::string& prefix) {
  cri::ContainerStatus status;
  status.set_id("c1");
  FillSpec(prefix, status.mutable_image());
  status.set_image_ref(prefix + "docker.io/library/nginx" + kDigest);
  status.set_image_id(kId);
  status.set_log_path("/side/log");
  cri::Mount* mount = status.add_mounts();
  mount->set_container_path("/side/data");
  mount->mutable_image()->set_image(prefix + "data:1");
  return status;
}

}  // namespace crimux
