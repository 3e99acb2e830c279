#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/annotations/data_source.h"

namespace crimux::vm {

// In which form a guest is told what it should be.
enum class SeedFormat { kNone, kNoCloud, kConfigDrive };

enum class DataEncoding { kPlain, kBase64 };

// What the guest's system is told, and by which way.
struct GuestOptions {
  SeedFormat seed = SeedFormat::kNoCloud;
  // Keys that take the place of those that we make.
  boost::json::object meta_data;
  // Merged over user_data_source's, or in place of it.
  boost::json::object user_data;
  bool overwrite = false;
  // The whole user-data, in place of all else.
  std::optional<std::string> script;
  // Without a key, each key of it is a key of the user-data; with one, that is the whole user-data.
  std::optional<DataSource> user_data_source;
  DataEncoding user_data_encoding = DataEncoding::kPlain;
  std::vector<std::string> ssh_keys;
  // Its key is never empty.
  std::optional<DataSource> ssh_key_source;
  std::optional<DataSource> files_source;
  // Files of mounted ConfigMaps, Secrets and the like are written into the guest's root disk.
  bool write_mounts = false;
  bool dhcp_only = false;
  // A configuration for Ignition, checked to be one.
  std::optional<std::string> ignition;
  // Its key is never empty. Not beside `ignition`.
  std::optional<DataSource> ignition_source;
  // Files go into the guest by its agent, once that answers, and not by the seed.
  bool agent_files = false;
};

GuestOptions ReadGuestOptions(const AnnotationReader& reader);

// Throws std::invalid_argument unless it is a JSON object with `ignition.version`.
void CheckIgnition(std::string_view text);

// Lines of an authorized_keys file, without empty ones and comments. Throws std::invalid_argument
// for one with a control character.
std::vector<std::string> SshKeyLines(std::string_view text);

}  // namespace crimux::vm
