#include "proxy/dispatch/list_scope.h"

#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

// The field of every list request that holds its filter.
constexpr uint32_t kFilter = 1;

std::string FilterField(std::string_view filter, uint32_t number) {
  return number == 0 ? "" : std::string(FindBytes(filter, {number}));
}

std::vector<RuntimePtr> Concerned(const Traits& traits, std::string_view filter,
                                  const Backends& backends) {
  std::string id = FilterField(filter, traits.filter_id);
  std::string sandbox = FilterField(filter, traits.filter_sandbox);
  RuntimePtr by_id = backends.Find(backends.owners.Find(traits.items, id));
  RuntimePtr by_sandbox = backends.Find(backends.owners.Find(Object::kSandbox, sandbox));
  if (by_id != nullptr && by_sandbox != nullptr && by_id != by_sandbox) return {};
  if (by_id != nullptr) return {by_id};
  if (by_sandbox != nullptr) return {by_sandbox};
  return backends.runtimes;
}

}  // namespace

ListScope ScopeOf(const Method& list, const grpc::ByteBuffer& request, const Backends& backends) {
  Flat flat(request);
  std::string filter(FindBytes(flat.view(), {kFilter}));
  if (filter.empty()) return {.runtimes = backends.runtimes};
  auto runtimes = Concerned(list.traits, filter, backends);
  return {.complete = false, .filter = std::move(filter), .runtimes = std::move(runtimes)};
}

void TakeList(const Method& list, const RuntimePtr& runtime, const grpc::ByteBuffer& answer,
              AskedAt at, Backends& backends) {
  if (backends.Find(runtime.get()) == nullptr) return;
  LearnList(list, runtime, answer, at.owners, backends);
  if (list.traits.away == Away::kStandIn) backends.lists.Keep(list, *runtime, answer, at.lists);
}

void LearnList(const Method& list, const RuntimePtr& runtime, const grpc::ByteBuffer& answer,
               Owners::Moment since, Backends& backends) {
  if (!list.traits.teaches) return;
  Flat flat(answer);
  if (list.traits.items == Object::kImage) {
    backends.images.LearnList(flat.view(), runtime.get());
  } else {
    backends.owners.LearnList(list.traits.items, runtime.get(), ItemIds(flat.view()), since);
  }
}

}  // namespace crimux::proxy
