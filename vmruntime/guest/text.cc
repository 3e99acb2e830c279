#include "vmruntime/guest/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace crimux::vm {
namespace {

// The bytes that a character which begins so takes; 0: none begins so.
size_t CharacterLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

bool IsAllowed(char32_t character) {
  if (character < ' ') return character == '\t' || character == '\n';
  bool is_control = character >= 0x7f && character < 0xa0;
  bool is_surrogate = character >= 0xd800 && character < 0xe000;
  bool is_break = character == 0x2028 || character == 0x2029;
  bool is_nothing = character == 0xfeff || character == 0xfffe || character == 0xffff;
  return !is_control && !is_surrogate && !is_break && !is_nothing && character < 0x110000;
}

constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

bool IsPlainText(std::string_view bytes) {
  while (!bytes.empty()) {
    auto first = static_cast<unsigned char>(bytes.front());
    size_t length = CharacterLength(first);
    if (length == 0 || length > bytes.size()) return false;
    char32_t character = length == 1 ? first : first & (0x7fU >> length);
    for (size_t i = 1; i < length; ++i) {
      auto byte = static_cast<unsigned char>(bytes[i]);
      if ((byte & 0xc0U) != 0x80) return false;
      character = character << 6U | (byte & 0x3fU);
    }
    if (character < kLeast[length] || !IsAllowed(character)) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string ToBase64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                               reinterpret_cast<const unsigned char*>(bytes.data()),
                               static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(length));
  return out;
}

std::string FromBase64(std::string_view text) {
  std::string clean(text);
  std::erase_if(clean, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  size_t padding = clean.size() - (clean.find_last_not_of('=') + 1);
  bool fits = clean.size() % 4 == 0 && padding <= 2 && clean.find('=') >= clean.size() - padding;
  std::string out(clean.size() / 4 * 3 + 1, '\0');
  int length = !fits ? -1
                     : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(clean.data()),
                                       static_cast<int>(clean.size()));
  if (length < 0) throw std::invalid_argument("it is not base64");
  out.resize(static_cast<size_t>(length) - padding);
  return out;
}

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace crimux::vm
