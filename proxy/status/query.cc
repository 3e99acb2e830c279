#include "proxy/status/query.h"

#include <charconv>

namespace crimux::proxy {
namespace {

// What is no hexadecimal number stays as it is.
std::string Decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* digits = text.data() + i + 1;
    bool fits = text[i] == '%' && i + 2 < text.size();
    if (fits && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

std::string_view Cut(std::string_view* text, char mark) {
  size_t end = text->find(mark);
  std::string_view part = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return part;
}

}  // namespace

std::map<std::string, std::string> ParseQuery(std::string_view target) {
  std::map<std::string, std::string> query;
  Cut(&target, '?');
  while (!target.empty()) {
    std::string_view value = Cut(&target, '&');
    std::string_view name = Cut(&value, '=');
    if (!name.empty()) query[Decode(name)] = Decode(value);
  }
  return query;
}

}  // namespace crimux::proxy
