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

// Notes who has what by a runtime's complete list; `since` is from before it was asked. Lists that
// don't teach, and runtimes that are gone, are passed over.
void LearnList(const Method& list, const RuntimePtr& runtime, const grpc::ByteBuffer& answer,
               Owners::Moment since, Backends& backends);

}  // namespace crimux::proxy
