#pragma once

#include <string>

namespace crimux::vm::streaming {

// How an exec or attach came to its end.
struct CommandEnd {
  int exit_code = 0;
  // Not empty: it failed, and there is no exit code.
  std::string failure;
};

// How the error stream says it: from version 4 of the protocol on with a JSON status, before that
// in words, and not at all if all went well.
enum class StatusForm { kWords, kJson };

std::string StatusText(const CommandEnd& end, StatusForm form);

}  // namespace crimux::vm::streaming
