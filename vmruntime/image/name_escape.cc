#include "vmruntime/image/name_escape.h"

#include <fmt/format.h>

namespace crimux::vm {
namespace {

bool IsPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsJoint(char c) { return c == '.' || c == '_' || c == '-'; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Writes one component after the other into one string.
class Writer {
 public:
  explicit Writer(std::string_view text) : text_(text) {}

  std::string Run() {
    for (size_t i = 0; i < text_.size(); ++i) Put(i);
    return std::move(out_);
  }

 private:
  char Next(size_t i) const { return i + 1 < text_.size() ? text_[i + 1] : '\0'; }
  bool AtStart() const { return out_.empty() || out_.back() == '/'; }

  bool StandsAsItIs(size_t i) const {
    char c = text_[i];
    char next = Next(i);
    if (c == '/') return !AtStart() && next != '\0';
    if (IsJoint(c)) return !AtStart() && IsPlain(next);
    if (c == '0' && AtStart()) return next == '\0' || !NextIsEscaped(i);
    return IsPlain(c);
  }

  // Whether the byte after a plain one will be escaped.
  bool NextIsEscaped(size_t i) const {
    char next = Next(i);
    char after = Next(i + 1);
    if (next == '/') return after == '\0';
    return !IsPlain(next) && !(IsJoint(next) && IsPlain(after));
  }

  void Put(size_t i) {
    if (StandsAsItIs(i)) {
      out_ += text_[i];
      return;
    }
    if (AtStart()) out_ += '0';
    out_ += fmt::format("__{:02x}", static_cast<unsigned char>(text_[i]));
  }

  std::string_view text_;
  std::string out_;
};

}  // namespace

std::string EscapeUrlText(std::string_view text) { return Writer(text).Run(); }

std::optional<std::string> UnescapeComponent(std::string_view component) {
  if (component.starts_with("0__")) component.remove_prefix(1);
  std::string out;
  while (!component.empty()) {
    if (!component.starts_with("__")) {
      out += component.front();
      component.remove_prefix(1);
      continue;
    }
    int high = component.size() > 2 ? HexValue(component[2]) : -1;
    int low = component.size() > 3 ? HexValue(component[3]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    component.remove_prefix(4);
  }
  return out;
}

}  // namespace crimux::vm
