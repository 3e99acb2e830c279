#include "vmruntime/annotations/guest_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include <boost/json/parse.hpp>

#include "vmruntime/annotations/yaml_json.h"

namespace crimux::vm {
namespace {

using namespace annotation;

constexpr std::string_view kBlanks = " \t\r\n";

// Virtlet took capitals, too. A guest that is configured by Ignition has no cloud-init.
SeedFormat ReadSeedFormat(const AnnotationReader& reader) {
  auto text = reader.Text(kCloudInit);
  bool has_ignition = reader.Text(kIgnition) || reader.Text(kIgnitionSource);
  if (!text) return has_ignition ? SeedFormat::kNone : SeedFormat::kNoCloud;
  std::string word = *text;
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (word == "nocloud") return SeedFormat::kNoCloud;
  if (word == "configdrive") return SeedFormat::kConfigDrive;
  if (word == "none") return SeedFormat::kNone;
  reader.Refuse(kCloudInit, fmt::format("\"{}\" is none of: nocloud, configdrive, none", *text));
}

boost::json::object ReadMap(const AnnotationReader& reader, const Annotation& annotation) {
  auto yaml = reader.Yaml(annotation);
  if (!yaml) return {};
  try {
    boost::json::value value = ToJson(*yaml);
    if (value.is_null()) return {};
    if (value.is_object()) return std::move(value.get_object());
  } catch (const std::invalid_argument& e) {
    reader.Refuse(annotation, e.what());
  }
  reader.Refuse(annotation, "it is not a map of keys and values");
}

std::optional<DataSource> ReadSource(const AnnotationReader& reader, const Annotation& annotation,
                                     bool with_key) {
  auto text = reader.Text(annotation);
  if (!text) return std::nullopt;
  auto source = ParseDataSource(*text, with_key);
  if (source) return source;
  std::string_view key = with_key ? "[/KEY]" : "";
  reader.Refuse(annotation, fmt::format("\"{}\" is none of: configmap/NAME{}, secret/NAME{}, "
                                        "mount:/PATH",
                                        *text, key, key));
}

std::optional<DataSource> ReadUserDataSource(const AnnotationReader& reader) {
  auto source = ReadSource(reader, kUserDataSource, false);
  auto key = reader.Text(kUserDataSourceKey);
  if (!key) return source;
  if (!source) {
    reader.Refuse(kUserDataSourceKey, fmt::format("there is no {}", kUserDataSource.name));
  }
  if (!IsDataKey(*key)) {
    reader.Refuse(kUserDataSourceKey,
                  fmt::format("\"{}\" cannot be a key of a ConfigMap or Secret", *key));
  }
  source->key = *key;
  return source;
}

std::optional<DataSource> ReadSshKeySource(const AnnotationReader& reader) {
  auto source = ReadSource(reader, kSshKeySource, true);
  if (source && source->key.empty()) source->key = "authorized_keys";
  return source;
}

std::optional<std::string> ReadIgnition(const AnnotationReader& reader) {
  auto text = reader.Text(kIgnition);
  if (!text) return std::nullopt;
  if (reader.Text(kIgnitionSource)) {
    reader.Refuse(kIgnition, fmt::format("there is {}, too", kIgnitionSource.name));
  }
  try {
    CheckIgnition(*text);
  } catch (const std::invalid_argument& e) {
    reader.Refuse(kIgnition, e.what());
  }
  return text;
}

std::optional<DataSource> ReadIgnitionSource(const AnnotationReader& reader) {
  auto source = ReadSource(reader, kIgnitionSource, true);
  if (source && source->key.empty()) source->key = "ignition";
  return source;
}

std::vector<std::string> ReadSshKeys(const AnnotationReader& reader) {
  try {
    return SshKeyLines(reader.Text(kSshKeys).value_or(""));
  } catch (const std::invalid_argument& e) {
    reader.Refuse(kSshKeys, e.what());
  }
}

}  // namespace

void CheckIgnition(std::string_view text) {
  boost::system::error_code error;
  boost::json::value config = boost::json::parse({text.data(), text.size()}, error);
  if (error) throw std::invalid_argument("it is not JSON: " + error.message());
  const auto* object = config.if_object();
  const auto* ignition = object == nullptr ? nullptr : object->if_contains("ignition");
  const auto* inner = ignition == nullptr ? nullptr : ignition->if_object();
  const auto* version = inner == nullptr ? nullptr : inner->if_contains("version");
  if (version == nullptr || !version->is_string()) {
    throw std::invalid_argument("it is no Ignition config: ignition.version is missing");
  }
}

std::vector<std::string> SshKeyLines(std::string_view text) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    size_t first = line.find_first_not_of(kBlanks);
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
    bool clean = std::ranges::all_of(
        line, [](char c) { return (c < 0 || c >= ' ' || c == '\t') && c != '\x7f'; });
    if (!clean) throw std::invalid_argument("a key has a control character");
    keys.emplace_back(line);
  }
  return keys;
}

GuestOptions ReadGuestOptions(const AnnotationReader& reader) {
  GuestOptions options;
  options.seed = ReadSeedFormat(reader);
  options.meta_data = ReadMap(reader, kMetaData);
  options.user_data = ReadMap(reader, kUserData);
  options.overwrite = reader.Flag(kUserDataOverwrite);
  options.script = reader.Text(kUserDataScript);
  options.user_data_source = ReadUserDataSource(reader);
  options.user_data_encoding =
      reader
          .Choice<DataEncoding>(kUserDataSourceEncoding, {{"plain", DataEncoding::kPlain},
                                                          {"base64", DataEncoding::kBase64}})
          .value_or(DataEncoding::kPlain);
  options.ssh_keys = ReadSshKeys(reader);
  options.ssh_key_source = ReadSshKeySource(reader);
  options.files_source = ReadSource(reader, kFilesSource, false);
  options.write_mounts = reader.Flag(kWriteMounts);
  options.dhcp_only = reader.Flag(kDhcpOnly);
  options.ignition = ReadIgnition(reader);
  options.ignition_source = ReadIgnitionSource(reader);
  options.agent_files = reader.Flag(kAgentFiles);
  if (options.seed == SeedFormat::kNone && options.files_source && !options.agent_files) {
    reader.Refuse(kFilesSource, fmt::format("the pod has no cloud-init: it takes {}: \"true\"",
                                            kAgentFiles.name));
  }
  return options;
}

}  // namespace crimux::vm
