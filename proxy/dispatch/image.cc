#include "proxy/dispatch/image.h"

#include <fmt/format.h>

#include "proxy/dispatch/requests.h"
#include "proxy/routing/subject.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

// In the order of the config, so the default runtime is asked first.
std::vector<RuntimePtr> InOrder(const Backends& backends, const std::vector<Runtime*>& holders) {
  std::vector<RuntimePtr> ordered;
  for (const RuntimePtr& runtime : backends.runtimes) {
    for (const Runtime* holder : holders) {
      if (holder == runtime.get()) ordered.push_back(runtime);
    }
  }
  return ordered;
}

}  // namespace

ImageCall::ImageCall(IncomingCall& call, Backends& backends)
    : call_(call), backends_(backends), forward_(call, backends) {
  Start();
}

void ImageCall::Start() {
  auto subject = ImageSubject(call_.request());
  if (!subject) {
    return call_.Fail({grpc::StatusCode::INVALID_ARGUMENT, "the request is not an image's"});
  }
  reference_ = *subject->image;
  RouteDecision decision = backends_.router.Decide(*subject);
  if (!decision.status.ok()) return call_.Fail(decision.status);
  bool fetches = call_.method().traits.creates == Object::kImage;
  if (!decision.is_default || fetches || !ImageHolders::IsId(reference_)) {
    return forward_.To(backends_.Find(decision.runtime));
  }
  auto holders = InOrder(backends_, backends_.images.Find(reference_));
  if (holders.empty()) return AskAll();
  ToHolders(holders);
}

void ImageCall::ToHolders(const std::vector<RuntimePtr>& holders) {
  if (holders.size() == 1 || !call_.method().traits.removes) return forward_.To(holders.front());
  removal_.Start(
      holders, [&](Runtime& runtime) { return Forwarded(call_, runtime); },
      [this](std::vector<RuntimeAnswer>& answers) { TakeRemoved(answers); });
}

void ImageCall::TakeRemoved(std::vector<RuntimeAnswer>& answers) {
  size_t failed = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status.ok()) {
      backends_.images.Forget(reference_, removal_.runtimes()[i].get());
      backends_.lists.NoteChange(*removal_.runtimes()[i]);
    } else {
      failed = i;
    }
  }
  call_.Reply(std::move(answers[failed]));
}

void ImageCall::AskAll() {
  runtime::v1::ImageStatusRequest request;
  request.mutable_image()->set_image(reference_);
  grpc::ByteBuffer message = ToBuffer(request);
  const Method& image_status = MethodNamed("ImageStatus");
  question_.Start(
      backends_.runtimes,
      [&](Runtime& runtime) { return Asked(call_, runtime, image_status, message); },
      FanOut::Patience{.overdue = backends_.overdue},
      [this](std::vector<RuntimeAnswer>& answers) { Judge(answers); });
}

void ImageCall::Judge(const std::vector<RuntimeAnswer>& answers) {
  std::vector<RuntimePtr> holders;
  grpc::Status unsure;
  for (size_t i = 0; i < answers.size(); ++i) {
    const RuntimePtr& runtime = question_.runtimes()[i];
    bool absent = answers[i].status.error_code() == grpc::StatusCode::NOT_FOUND;
    if (!answers[i].status.ok() && !absent && unsure.ok()) {
      unsure = {grpc::StatusCode::UNAVAILABLE,
                fmt::format("image \"{}\" is not known, and runtime \"{}\" can't be asked: {}",
                            reference_, runtime->name(), answers[i].status.error_message())};
    }
    Flat flat(answers[i].message);
    if (!FindBytes(flat.view(), {1}).empty()) holders.push_back(runtime);
  }
  if (!holders.empty()) return ToHolders(holders);
  if (!unsure.ok()) return call_.Fail(unsure);
  // Of an absent image ImageStatus says nothing, and RemoveImage has nothing to do.
  call_.Reply({.message = ToBuffer("")});
}

}  // namespace crimux::proxy
