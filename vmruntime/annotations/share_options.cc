#include "vmruntime/annotations/share_options.h"

namespace crimux::vm {

ShareOptions ReadShareOptions(const AnnotationReader& reader) {
  ShareOptions options{.chown = reader.Flag(annotation::kSharesChown)};
  auto mode = reader.Choice<ShareMode>(
      annotation::kShares,
      {{"virtiofs", ShareMode::kVirtiofs}, {"9p", ShareMode::k9p}, {"none", ShareMode::kNone}});
  options.mode = mode.value_or(options.chown ? ShareMode::k9p : ShareMode::kVirtiofs);
  if (options.chown && options.mode != ShareMode::k9p) {
    reader.Refuse(annotation::kSharesChown, "it is for 9p alone (crimux.io/shares)");
  }
  return options;
}

}  // namespace crimux::vm
