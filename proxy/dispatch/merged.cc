#include "proxy/dispatch/merged.h"

#include "proxy/dispatch/join.h"
#include "proxy/dispatch/requests.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

// The field of every list request that holds its filter.
constexpr uint32_t kFilter = 1;

std::vector<std::string_view> ItemIds(std::string_view list) {
  std::vector<std::string_view> ids;
  Fields fields(list);
  while (fields.Next()) {
    if (fields.number() == 1 && fields.bytes()) ids.push_back(FindBytes(*fields.bytes(), {1}));
  }
  return ids;
}

std::string_view FilterField(std::string_view filter, uint32_t number) {
  return number == 0 ? std::string_view() : FindBytes(filter, {number});
}

}  // namespace

Merged::Merged(IncomingCall& call, Backends& backends)
    : call_(call), backends_(backends), started_(backends.owners.Now()) {
  Flat request(call.request());
  std::string_view filter = FindBytes(request.view(), {kFilter});
  complete_ = filter.empty();
  std::vector<RuntimePtr> asked = Concerned(filter);
  if (asked.empty()) {
    call.Reply({.message = ToBuffer("")});
    return;
  }
  fan_out_.Start(
      asked,
      [&](Runtime& runtime) { return Asked(call_, runtime, call_.method(), call_.request()); },
      [this](std::vector<RuntimeAnswer>& answers) { Join(answers); });
}

// The runtimes that may have what the filter wants; none when it contradicts itself.
std::vector<RuntimePtr> Merged::Concerned(std::string_view filter) const {
  const Traits& traits = call_.method().traits;
  std::string id(FilterField(filter, traits.filter_id));
  std::string sandbox(FilterField(filter, traits.filter_sandbox));
  RuntimePtr by_id = backends_.Find(backends_.owners.Find(traits.items, id));
  RuntimePtr by_sandbox = backends_.Find(backends_.owners.Find(Object::kSandbox, sandbox));
  if (by_id != nullptr && by_sandbox != nullptr && by_id != by_sandbox) return {};
  if (by_id != nullptr) return {by_id};
  if (by_sandbox != nullptr) return {by_sandbox};
  return backends_.runtimes;
}

void Merged::Join(std::vector<RuntimeAnswer>& answers) {
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status.ok()) Learn(i, answers[i].message);
  }
  call_.Reply(JoinLists(call_.method(), answers));
}

void Merged::Learn(size_t index, const grpc::ByteBuffer& answer) {
  const Traits& traits = call_.method().traits;
  const RuntimePtr& runtime = fan_out_.runtimes()[index];
  if (!complete_ || !traits.teaches || backends_.Find(runtime.get()) == nullptr) return;
  Flat flat(answer);
  if (traits.items == Object::kImage) {
    backends_.images.LearnList(flat.view(), runtime.get());
  } else {
    backends_.owners.LearnList(traits.items, runtime.get(), ItemIds(flat.view()), started_);
  }
}

}  // namespace crimux::proxy
