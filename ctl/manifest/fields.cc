#include <fmt/format.h>

#include <algorithm>

#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

bool SaysNothing(const YamlValue& value) {
  if (value.IsNull()) return true;
  if (value.IsList()) return value.Items().empty();
  if (value.IsMap()) return value.Entries().empty();
  std::string text = value.String();
  return text.empty() || text == "false";
}

}  // namespace

YamlField Ignored(std::string_view key, Warnings* warnings, std::string_view why) {
  return {key, [=](const YamlValue& v) {
            if (SaysNothing(v)) return;
            warnings->push_back(fmt::format("{}: {}: ignored: {}", v.Place(), v.path(), why));
          }};
}

YamlField Unsupported(std::string_view key, std::string_view why) {
  return {key, [=](const YamlValue& v) {
            if (!SaysNothing(v)) v.Fail(why);
          }};
}

YamlField Text(std::string_view key, std::string* target) {
  return {key, [=](const YamlValue& v) { *target = v.IsNull() ? "" : v.String(); }};
}

YamlField Flag(std::string_view key, bool* target) {
  return {key, [=](const YamlValue& v) { *target = !v.IsNull() && v.Bool(); }};
}

YamlField Number(std::string_view key, std::optional<int64_t>* target, int64_t min, int64_t max) {
  return {key, [=](const YamlValue& v) { *target = v.Integer(min, max); }};
}

YamlField List(std::string_view key, std::vector<std::string>* target) {
  return {key, [=](const YamlValue& v) {
            for (const YamlValue& item : ReadList(v)) target->push_back(item.String());
          }};
}

YamlField Choice(std::string_view key, std::string* target, std::vector<std::string_view> allowed) {
  return {key, [target, allowed = std::move(allowed)](const YamlValue& v) {
            *target = v.Choice(allowed);
          }};
}

std::map<std::string, std::string> ReadStringMap(const YamlValue& value) {
  std::map<std::string, std::string> map;
  for (const YamlValue::Entry& entry : value.Entries()) map[entry.key] = entry.value.String();
  return map;
}

std::vector<YamlValue> ReadList(const YamlValue& value) {
  if (!value.IsNull() && !value.IsList()) value.Fail("must be a list");
  return value.Items();
}

std::string ReadName(const YamlValue& value, bool dots) {
  std::string name = value.NonEmptyString();
  auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  size_t limit = dots ? 253 : 63;
  bool good = name.size() <= limit && is_alnum(name.front()) && is_alnum(name.back()) &&
              std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_alnum(c) || c == '-' || (dots && c == '.'); });
  if (!good) {
    value.Fail(fmt::format("must be up to {} lower-case letters, digits{} and \"-\", not \"{}\"",
                           limit, dots ? ", \".\"" : "", name));
  }
  return name;
}

}  // namespace crimux::ctl
