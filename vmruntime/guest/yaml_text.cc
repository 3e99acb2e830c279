#include "vmruntime/guest/yaml_text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/json/serialize.hpp>

#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kWordCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";

// Words that YAML 1.1 or 1.2 take for something else, in small letters.
bool IsSpecialWord(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr std::string_view kSpecial[] = {"null", "true", "false", "yes", "no",
                                           "on",   "off",  "y",     "n"};
  return std::ranges::find(kSpecial, word) != std::end(kSpecial);
}

// Needs no quotes in any reader's eyes.
bool IsPlainWord(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kWordCharacters) != std::string_view::npos) {
    return false;
  }
  bool starts_well = (text.front() >= 'a' && text.front() <= 'z') ||
                     (text.front() >= 'A' && text.front() <= 'Z') || text.front() == '/';
  return starts_well && !IsSpecialWord(text);
}

// A block of lines that reads back as it is. Blocks end with one line feed.
bool IsBlock(std::string_view text) {
  if (text.size() < 2 || text.back() != '\n' || text[text.size() - 2] == '\n') return false;
  bool starts_well = text.front() != ' ' && text.front() != '\n' && text.front() != '\t';
  return starts_well && IsPlainText(text) && text.find('\t') == std::string_view::npos;
}

// With the dot and the exponent's sign that YAML 1.1 wants.
std::string FloatText(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find('.') != std::string::npos) return text;
  return text.insert(std::min(text.find('e'), text.size()), ".0");
}

class YamlWriter {
 public:
  YamlWriter() { out_.SetIndent(2); }

  void Write(const boost::json::value& value) {
    switch (value.kind()) {
      case boost::json::kind::object:
        return WriteMap(value.get_object());
      case boost::json::kind::array:
        return WriteList(value.get_array());
      case boost::json::kind::string:
        return WriteText(value.get_string());
      case boost::json::kind::null:
        out_ << YAML::Null;
        return;
      case boost::json::kind::double_:
        out_ << FloatText(value.get_double());
        return;
      default:
        out_ << boost::json::serialize(value);
    }
  }

  std::string Text() const {
    std::string text = out_.c_str();
    return text.ends_with('\n') ? text : text + "\n";
  }

 private:
  void WriteText(std::string_view text) {
    if (IsBlock(text)) {
      out_ << YAML::Literal;
    } else if (!IsPlainWord(text)) {
      out_ << YAML::DoubleQuoted;
    }
    out_ << std::string(text);
  }

  void WriteMap(const boost::json::object& map) {
    if (map.empty()) out_ << YAML::Flow;
    bool outer = std::exchange(in_list_, false);
    out_ << YAML::BeginMap;
    for (const auto& [key, value] : map) {
      out_ << YAML::Key;
      if (!IsPlainWord(key)) out_ << YAML::DoubleQuoted;
      out_ << std::string(key) << YAML::Value;
      Write(value);
    }
    out_ << YAML::EndMap;
    in_list_ = outer;
  }

  // A list in a list, such as a command, stands in one line.
  void WriteList(const boost::json::array& list) {
    if (list.empty() || (in_list_ && IsFlat(list))) out_ << YAML::Flow;
    bool outer = std::exchange(in_list_, true);
    out_ << YAML::BeginSeq;
    for (const auto& value : list) Write(value);
    out_ << YAML::EndSeq;
    in_list_ = outer;
  }

  static bool IsFlat(const boost::json::array& list) {
    return std::ranges::none_of(list, [](const boost::json::value& value) {
      return value.is_structured() || (value.is_string() && IsBlock(value.get_string()));
    });
  }

  YAML::Emitter out_;
  bool in_list_ = false;
};

}  // namespace

std::string ToYaml(const boost::json::value& value) {
  YamlWriter writer;
  writer.Write(value);
  return writer.Text();
}

}  // namespace crimux::vm
