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

bool ListsImages(const Traits& traits) {
  if (!traits.unary.empty()) return ListsImages(MethodNamed(traits.unary).traits);
  return traits.items == Object::kImage;
}

}  // namespace

PrefixedRuntime::PrefixedRuntime(RuntimePtr inner, std::string prefix)
    : inner_(std::move(inner)), prefix_(std::move(prefix)) {}

CallHandle PrefixedRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  const Traits& traits = request.method->traits;
  bool foreign = false;
  auto strip = [&](std::string_view reference) {
    foreign = foreign || prefix_.IsForeign(reference);
    return prefix_.Strip(reference);
  };
  Rewrite(traits.names_in, strip, &request.message);
  if (traits.names_out == nullptr) return inner_->Start(std::move(request), std::move(done));
  // A list that is filtered by a name without the prefix has none of this runtime's images, though
  // the runtime may well know one of that name.
  bool none = foreign && ListsImages(traits);
  return inner_->Start(std::move(request), [prefix = prefix_, none, places = traits.names_out,
                                            done = std::move(done)](RuntimeAnswer answer) {
    auto put_back = [&](std::string_view reference) { return prefix.PutBack(reference); };
    if (answer.status.ok() && none) answer.message = ToBuffer("");
    if (answer.status.ok() && !none) Rewrite(places, put_back, &answer.message);
    done(std::move(answer));
  });
}

}  // namespace crimux::proxy
