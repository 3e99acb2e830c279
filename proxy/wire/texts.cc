#include "proxy/wire/texts.h"

#include <google/protobuf/wire_format_lite.h>

#include "proxy/wire/fields.h"

namespace crimux::proxy {
namespace {

using google::protobuf::internal::WireFormatLite;

void AppendVarint(uint32_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7U) out->push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  out->push_back(static_cast<char>(value));
}

void AppendField(uint32_t number, std::string_view bytes, std::string* out) {
  AppendVarint(
      WireFormatLite::MakeTag(static_cast<int>(number), WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      out);
  AppendVarint(static_cast<uint32_t>(bytes.size()), out);
  out->append(bytes);
}

// Rewrites a message into `out`.
class Rewriter {
 public:
  explicit Rewriter(const RewriteText& rewrite) : rewrite_(rewrite) {}

  // Whether a text changed; `out` is of use only then.
  bool Run(std::string_view message, const TextPlaces& places, std::string* out) {
    bool changed = false;
    Fields fields(message);
    while (fields.Next() && !malformed_) {
      const TextPlaces::Place* place = fields.bytes() ? places.At(fields.number()) : nullptr;
      std::optional<std::string> text;
      if (place != nullptr) text = Content(*fields.bytes(), *place);
      if (text) {
        AppendField(fields.number(), *text, out);
        changed = true;
      } else {
        out->append(fields.raw());
      }
    }
    malformed_ = malformed_ || !fields.IsWellFormed();
    return changed;
  }

  bool malformed() const { return malformed_; }

 private:
  std::optional<std::string> Content(std::string_view bytes, const TextPlaces::Place& place) {
    if (place.inside == nullptr) return rewrite_(bytes);
    std::string nested;
    if (Run(bytes, *place.inside, &nested)) return nested;
    return std::nullopt;
  }

  const RewriteText& rewrite_;
  bool malformed_ = false;
};

}  // namespace

std::optional<std::string> RewriteTexts(std::string_view message, const TextPlaces& places,
                                        const RewriteText& rewrite) {
  std::string rewritten;
  rewritten.reserve(message.size() + message.size() / 8);
  Rewriter rewriter(rewrite);
  bool changed = rewriter.Run(message, places, &rewritten);
  if (!changed || rewriter.malformed()) return std::nullopt;
  return rewritten;
}

}  // namespace crimux::proxy
