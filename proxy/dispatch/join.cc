#include "proxy/dispatch/join.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

bool Lacks(const RuntimeAnswer& answer) {
  return answer.status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
}

// The items of the list whose field 1 was not seen before.
grpc::ByteBuffer Unique(const grpc::ByteBuffer& list) {
  Flat flat(list);
  std::string kept;
  std::unordered_set<std::string_view> seen;
  Fields fields(flat.view());
  while (fields.Next()) {
    bool item = fields.number() == 1 && fields.bytes();
    if (item && !seen.insert(FindBytes(*fields.bytes(), {1})).second) continue;
    kept += fields.raw();
  }
  return ToBuffer(kept);
}

}  // namespace

RuntimeAnswer JoinLists(const Method& method, std::vector<RuntimeAnswer>& answers) {
  bool all_lack = std::all_of(answers.begin(), answers.end(), Lacks);
  bool may_lack = method.traits.lacking == Lacking::kLeftOut && !all_lack;
  std::vector<grpc::ByteBuffer> lists;
  for (RuntimeAnswer& answer : answers) {
    if (may_lack && Lacks(answer)) continue;
    if (!answer.status.ok()) return std::move(answer);
    lists.push_back(std::move(answer.message));
  }
  if (lists.size() == 1) return {.message = std::move(lists.front())};
  grpc::ByteBuffer joined = Concatenate(lists);
  return {.message = method.traits.unique ? Unique(joined) : joined};
}

}  // namespace crimux::proxy
