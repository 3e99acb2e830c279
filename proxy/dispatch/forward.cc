#include "proxy/dispatch/forward.h"

#include "proxy/dispatch/requests.h"
#include "proxy/lists/created.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

void Forward::To(RuntimePtr runtime) {
  runtime_ = std::move(runtime);
  call_.SetRuntime(runtime_->name());
  handle_ = runtime_->Start(Forwarded(call_, *runtime_),
                            [this](RuntimeAnswer answer) { Take(std::move(answer)); });
}

void Forward::Take(RuntimeAnswer answer) {
  const Traits& traits = call_.method().traits;
  if (answer.status.ok() && traits.creates != Object::kNone) Learn(answer.message);
  bool gone = traits.removes ? answer.status.ok()
                             : answer.status.error_code() == grpc::StatusCode::NOT_FOUND;
  if (gone) Forget();
  if (answer.status.ok() && traits.changes) backends_.lists.NoteChange(*runtime_);
  call_.Reply(std::move(answer));
}

void Forward::Learn(const grpc::ByteBuffer& answer) {
  Flat flat(answer);
  std::string_view id = FindBytes(flat.view(), {1});
  // A runtime that was taken out of the config meanwhile owns nothing any more.
  if (id.empty() || backends_.Find(runtime_.get()) == nullptr) return;
  const Object made = call_.method().traits.creates;
  if (made == Object::kImage) return backends_.images.Learn(id, runtime_.get());
  backends_.owners.Learn(made, std::string(id), runtime_.get());
  // Should the runtime go away before its next list, this one must not be missing.
  auto list = ListOfCreated(made, call_.request(), std::string(id));
  if (list) backends_.lists.Add(ListOf(made), *runtime_, *list);
}

void Forward::Forget() {
  Flat flat(call_.request());
  std::string_view key = FindBytes(flat.view(), {call_.method().traits.key});
  switch (call_.method().dispatch) {
    case Dispatch::kSandbox:
      // A container that can't be created says nothing about its sandbox.
      if (call_.method().traits.creates != Object::kNone) return;
      return backends_.owners.Forget(Object::kSandbox, std::string(key));
    case Dispatch::kContainer:
      return backends_.owners.Forget(Object::kContainer, std::string(key));
    case Dispatch::kImage:
      return backends_.images.Forget(FindBytes(key, {1}), runtime_.get());
    default:
      return;
  }
}

}  // namespace crimux::proxy
