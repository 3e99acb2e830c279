#include "vmruntime/guest/cloud_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/guest/mounts.h"
#include "vmruntime/guest/text.h"
#include "vmruntime/guest/yaml_text.h"

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;

object WriteFile(const GuestFile& file) {
  object entry{{"path", file.path}, {"permissions", fmt::format("{:04o}", file.mode)}};
  if (IsPlainText(file.content)) {
    entry["content"] = file.content;
  } else {
    entry["encoding"] = "b64";
    entry["content"] = ToBase64(file.content);
  }
  return entry;
}

bool Writes(const SeedSpec& spec, std::string_view path) {
  return std::ranges::any_of(spec.files, [&](const GuestFile& file) { return file.path == path; });
}

// A pod that comes again on a kept root disk has other addresses. Only by NoCloud: cloud-init 22.4
// breaks off at the next boot when it is to read a config drive's network again.
object NetworkAtEveryBoot() {
  return {{"network", object{{"when", array{"boot-new-instance", "boot"}}}}};
}

// Adds the key in its first argument to root's, once.
constexpr char kAddRootKey[] =
    "mkdir -p -m 0700 /root/.ssh && cd /root/.ssh && touch authorized_keys && "
    "chmod 0600 authorized_keys && "
    "{ grep -qxF \"$0\" authorized_keys || echo \"$0\" >>authorized_keys; }";

// Makes the link in its second argument to its first, unless there is something already: a link
// in place of a disk's own node would lead back to itself.
constexpr char kAddLink[] = "[ -e \"$1\" ] || { mkdir -p \"${1%/*}/\" && ln -sfn \"$0\" \"$1\"; }";

array BootCommands(const SeedSpec& spec) {
  array commands = MountCommands(spec.mounts);
  for (const GuestLink& link : spec.links) {
    commands.push_back(array{"sh", "-c", kAddLink, link.target, link.path});
  }
  for (const std::string& key : spec.root_ssh_keys) {
    commands.push_back(array{"sh", "-c", kAddRootKey, key});
  }
  return commands;
}

}  // namespace

object CloudConfig(const SeedSpec& spec) {
  object config;
  bool again = spec.format == SeedFormat::kNoCloud && !spec.interfaces.empty();
  if (again) config["updates"] = NetworkAtEveryBoot();
  // Else some images make it of their own template at every boot.
  if (Writes(spec, "/etc/hosts")) config["manage_etc_hosts"] = false;
  if (array commands = BootCommands(spec); !commands.empty()) config["bootcmd"] = commands;
  array files;
  for (const GuestFile& file : spec.files) files.push_back(WriteFile(file));
  if (!files.empty()) config["write_files"] = std::move(files);
  return config;
}

std::string CloudConfigText(const object& config) { return "#cloud-config\n" + ToYaml(config); }

}  // namespace crimux::vm
