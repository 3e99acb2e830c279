#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/image_sources.h"

namespace crimux::vm {

// The config's table that leads image names to URLs. RE2 takes linear time, whatever the names are
// that pods bring. Any thread.
class Translations {
 public:
  struct Match {
    const ImageTranslation* translation;
    // With the groups in their places; not checked.
    std::string url;
  };

  Translations() = default;
  // `table` stays the caller's and must outlive this and all matches. Its regular expressions and
  // group numbers are good: the config has seen to that.
  explicit Translations(const std::vector<ImageTranslation>& table);

  // The first that matches `name` or else "<name>:<tag>"; the name has neither prefix nor digest.
  std::optional<Match> Find(std::string_view name, std::string_view tag) const;

 private:
  struct Rule {
    const ImageTranslation* translation;
    std::unique_ptr<RE2> regexp;  // none: the exact name
  };
  std::vector<Rule> rules_;
};

}  // namespace crimux::vm
