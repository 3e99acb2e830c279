#include "proxy/runtime/prefixed_runtime.h"

#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

// Rewrites a message where `places` says; without places, or when nothing changes, it stays.
void Rewrite(const TextPlaces* places, const RewriteText& rewrite, grpc::ByteBuffer* message) {
  if (places == nullptr) return;
  Flat flat(*message);
  auto rewritten = RewriteTexts(flat.view(), *places, rewrite);
  if (rewritten) *message = ToBuffer(*rewritten);
}

// Makes an answer, or one message of a stream, what is seen outside; nothing of it when `none`.
void PutBack(const ImagePrefix& prefix, bool none, const TextPlaces& places,
             grpc::ByteBuffer* answer) {
  if (none) {
    *answer = ToBuffer("");
    return;
  }
  Rewrite(
      &places, [&](std::string_view reference) { return prefix.PutBack(reference); }, answer);
}

bool ListsImages(const Traits& traits) {
  if (!traits.unary.empty()) return ListsImages(MethodNamed(traits.unary).traits);
  return traits.items == Object::kImage;
}

}  // namespace

PrefixedRuntime::PrefixedRuntime(RuntimePtr inner, std::string prefix)
    : WrappedRuntime(std::move(inner)), prefix_(std::move(prefix)) {}

bool PrefixedRuntime::Strip(RuntimeRequest* request) const {
  const Traits& traits = request->method->traits;
  bool foreign = false;
  auto strip = [&](std::string_view reference) {
    foreign = foreign || prefix_.IsForeign(reference);
    return prefix_.Strip(reference);
  };
  Rewrite(traits.names_in, strip, &request->message);
  // A list that is filtered by a name without the prefix has none of this runtime's images, though
  // the runtime may well know one of that name.
  return foreign && ListsImages(traits);
}

CallHandle PrefixedRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  bool none = Strip(&request);
  const TextPlaces* places = request.method->traits.names_out;
  if (places == nullptr) return WrappedRuntime::Start(std::move(request), std::move(done));
  return WrappedRuntime::Start(std::move(request), [prefix = prefix_, none, places,
                                                    done = std::move(done)](RuntimeAnswer answer) {
    if (answer.status.ok()) PutBack(prefix, none, *places, &answer.message);
    done(std::move(answer));
  });
}

StreamHandle PrefixedRuntime::StartStream(RuntimeRequest request, MessageCallback message,
                                          AnswerCallback ended) {
  bool none = Strip(&request);
  const TextPlaces* places = request.method->traits.names_out;
  if (places == nullptr) {
    return WrappedRuntime::StartStream(std::move(request), std::move(message), std::move(ended));
  }
  auto put_back = [prefix = prefix_, none, places,
                   message = std::move(message)](grpc::ByteBuffer answer) {
    PutBack(prefix, none, *places, &answer);
    message(std::move(answer));
  };
  return WrappedRuntime::StartStream(std::move(request), std::move(put_back), std::move(ended));
}

}  // namespace crimux::proxy
