#pragma once

#include <memory>
#include <vector>

#include "proxy/dispatch/list_source.h"

namespace crimux::proxy {

// A list of all runtimes as one stream: all are asked at once, and passed on one after the other,
// the default runtime first, as fast as the client takes it. What holds for Merged holds here: whom
// a filter concerns, what stands in for a runtime, who may be left out, and that a list which can't
// be whole fails.
class MergedStream final : public Operation {
 public:
  MergedStream(IncomingCall& call, Backends& backends);

 private:
  void Changed(const ListSource& source);
  void Pass();
  // What is said when every runtime was left out.
  const RuntimeAnswer& NobodysEnd() const;
  void End(const RuntimeAnswer& answer);

  ListQuestion question_;
  std::vector<std::unique_ptr<ListSource>> sources_;
  size_t current_ = 0;
  bool sending_ = false;
  bool ended_ = false;
};

}  // namespace crimux::proxy
