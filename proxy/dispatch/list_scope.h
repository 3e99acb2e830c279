#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/method_table.h"

namespace crimux::proxy {

// Whom a list's request concerns.
struct ListScope {
  // An unfiltered list: it tells all that a runtime has.
  bool complete = true;
  // The request's filter, serialized.
  std::string filter;
  // In the order of the config. Only the owner of the sandbox or container that the filter names,
  // when it is known; none when the filter contradicts itself.
  std::vector<RuntimePtr> runtimes;
};

// `list` is a merged list, or the unary one of a merged stream; their requests are the same.
ListScope ScopeOf(const Method& list, const grpc::ByteBuffer& request, const Backends& backends);

// When a list was asked for, in the sequences of what is learned and of what changes.
struct AskedAt {
  explicit AskedAt(const Backends& backends)
      : owners(backends.owners.Now()), lists(backends.lists.Now()) {}
  Owners::Moment owners;
  LastKnown::Moment lists;
};

// Takes a runtime's complete list: notes who has what, and keeps it to stand in for the runtime.
// A runtime that was taken out of the config meanwhile is passed over.
void TakeList(const Method& list, const RuntimePtr& runtime, const grpc::ByteBuffer& answer,
              AskedAt at, Backends& backends);

// The first half of it, for a list that has been kept.
void LearnList(const Method& list, const RuntimePtr& runtime, const grpc::ByteBuffer& answer,
               Owners::Moment since, Backends& backends);

}  // namespace crimux::proxy
