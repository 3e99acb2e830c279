#include "vmruntime/network/binding/nft.h"

#include "base/error.h"
#include "base/process.h"

namespace crimux::vm {

void ApplyNftRules(const std::string& rules) {
  ProcessResult result = RunProcess({.argv = {"nft", "-f", "-"}, .input = rules});
  if (!result.Succeeded()) throw Error(grpc::INTERNAL, "apply rules by", "nft", result.Failure());
}

}  // namespace crimux::vm
