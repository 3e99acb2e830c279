#include "proxy/runtime/api_check.h"

#include <algorithm>
#include <chrono>

#include "proxy/runtime/remote_unary.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

RemoteRuntime::ApiCheck::ApiCheck(RemoteRuntime& runtime, Api used, Deadline deadline, Done done)
    : runtime_(runtime),
      used_(used),
      deadline_(std::min(deadline, Deadline::clock::now() + kPatience)),
      done_(std::move(done)) {
  Ask(used);
}

void RemoteRuntime::ApiCheck::Ask(Api api) {
  RuntimeRequest request{&MethodNamed("Version"), ToBuffer(""), deadline_, {}};
  call_.reset(new Unary(
      runtime_, std::move(request),
      [this, api](const RuntimeAnswer& answer) { Take(api, answer.status); }, api));
}

void RemoteRuntime::ApiCheck::Take(Api asked, const grpc::Status& status) {
  // Another call's check may have been quicker.
  if (runtime_.health_.api != used_) return End(true);
  if (asked == used_) {
    if (status.error_code() != grpc::StatusCode::UNIMPLEMENTED) return End(false);
    return Ask(used_ == Api::kV1 ? Api::kV1Alpha2 : Api::kV1);
  }
  if (status.ok()) runtime_.Speak(asked);
  End(status.ok());
}

void RemoteRuntime::ApiCheck::End(bool again) {
  Done done = std::move(done_);
  done(again);
}

}  // namespace crimux::proxy
