#include "vmruntime/cri/dispatcher.h"

#include <stdexcept>

#include <catch2/catch.hpp>

#include "tests/vmruntime/cri/call.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

Dispatcher Echo() {
  Dispatcher dispatcher;
  dispatcher.Add<cri::VersionRequest, cri::VersionResponse>(
      "Version", [](const auto& request, auto& response, const auto&) {
        if (request.version() == "error") {
          throw Error(grpc::StatusCode::NOT_FOUND, "find", "x", "none");
        }
        if (request.version() == "exception") throw std::runtime_error("oops");
        response.set_version(request.version());
      });
  return dispatcher;
}

grpc::Status CallVersion(const std::string& version, cri::VersionResponse& response) {
  cri::VersionRequest request;
  request.set_version(version);
  return Call(Echo(), "Version", request, response);
}

TEST_CASE("a request reaches its handler and the response comes back") {
  cri::VersionResponse response;
  CHECK(CallVersion("0.1.0", response).ok());
  CHECK(response.version() == "0.1.0");
  CHECK(CallVersion("", response).ok());
}

TEST_CASE("an Error keeps its code, any other exception is INTERNAL") {
  cri::VersionResponse response;
  grpc::Status status = CallVersion("error", response);
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(status.error_message() == "find \"x\": none");
  status = CallVersion("exception", response);
  CHECK(status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(status.error_message() == "oops");
}

TEST_CASE("an RPC that is not there is UNIMPLEMENTED and named") {
  cri::AttachResponse response;
  grpc::Status status = Call(Echo(), "Attach", cri::AttachRequest(), response);
  CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(status.error_message() == "Attach: the VM runtime does not implement it");
}

TEST_CASE("bytes that are no request are INVALID_ARGUMENT") {
  grpc::Slice slice("\xff\xff\xff");
  grpc::ByteBuffer garbage(&slice, 1);
  grpc::ByteBuffer answer;
  grpc::Status status =
      Echo().Call("/runtime.v1.RuntimeService/Version", CallContext(), garbage, &answer);
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("v1alpha2 is served as well") {
  grpc::ByteBuffer answer;
  grpc::Slice empty;
  grpc::ByteBuffer request(&empty, 1);
  CHECK(Echo()
            .Call("/runtime.v1alpha2.RuntimeService/Version", CallContext(), request, &answer)
            .ok());
}

}  // namespace
}  // namespace crimux::vm
