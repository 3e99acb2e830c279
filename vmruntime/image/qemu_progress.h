#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crimux::vm {

// Reads what "qemu-img -p" says, which comes in any pieces: "    (12.50/100%)\r" again and again.
class QemuProgress {
 public:
  // The last share that is complete, from 0 to 1; nullopt: none came to its end in this piece.
  std::optional<double> Take(std::string_view piece);

 private:
  std::string rest_;
};

}  // namespace crimux::vm
