#pragma once

#include <memory>

#include "proxy/runtime/image_prefix.h"
#include "proxy/runtime/wrapped_runtime.h"

namespace crimux::proxy {

// A runtime whose images have names of their own outside: the prefix is stripped from the names in
// requests and put back in answers, where the method table says that names stand. Messages that are
// malformed pass as they are.
class PrefixedRuntime final : public WrappedRuntime {
 public:
  PrefixedRuntime(RuntimePtr inner, std::string prefix);

  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override;

 private:
  // Strips the request's names. True when it asks for images that this runtime can't have.
  bool Strip(RuntimeRequest* request) const;

  ImagePrefix prefix_;
};

}  // namespace crimux::proxy
