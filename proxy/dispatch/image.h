#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/forward.h"

namespace crimux::proxy {

// A call that names an image. A name goes where the routes say. An id or digest that no route
// matches goes to whoever holds it, and all runtimes are asked when nobody is known to; to remove
// it means to remove it from all that hold it.
class ImageCall final : public Operation {
 public:
  ImageCall(IncomingCall& call, Backends& backends);

 private:
  void Start();
  void ToHolders(const std::vector<RuntimePtr>& holders);
  void AskAll();
  void Judge(const std::vector<RuntimeAnswer>& answers);
  void TakeRemoved(std::vector<RuntimeAnswer>& answers);

  IncomingCall& call_;
  Backends& backends_;
  std::string reference_;
  FanOut question_;
  FanOut removal_;
  Forward forward_;
};

}  // namespace crimux::proxy
