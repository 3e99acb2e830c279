#pragma once

#include <utility>
#include <vector>

#include "config/config.h"
#include "config/yaml_fields.h"

namespace crimux {

// Reads the keys of `vm` that are about images into `*vm`. Fields() are to be read, then Finish()
// checks what depends on several of them. Throws what YamlValue throws.
class ImageKeys {
 public:
  explicit ImageKeys(VmConfig* vm) : vm_(vm) {}
  ImageKeys(const ImageKeys&) = delete;
  ImageKeys& operator=(const ImageKeys&) = delete;

  // Valid as long as this.
  std::vector<YamlField> Fields();
  void Finish() const;

 private:
  void ReadTransports(const YamlValue& value);
  void ReadTranslation(const YamlValue& value);

  VmConfig* vm_;
  // Of translations, to be checked at the end.
  std::vector<YamlValue> transports_;
  std::vector<YamlValue> file_urls_;
};

}  // namespace crimux
