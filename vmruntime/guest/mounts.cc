#include "vmruntime/guest/mounts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using Command = std::vector<std::string>;

// The directory or file on which it is mounted.
std::vector<Command> MountPointCommands(const GuestMount& mount) {
  if (mount.is_directory) return {{"mkdir", "-p", mount.path}};
  std::string parent = mount.path.substr(0, mount.path.rfind('/'));
  std::vector<Command> commands;
  if (!parent.empty()) commands.push_back({"mkdir", "-p", parent});
  commands.push_back({"touch", mount.path});
  return commands;
}

Command MountCommand(const GuestMount& mount) {
  if (mount.type.empty()) return {"mount", "--bind", mount.source, mount.path};
  Command command = {"mount", "-t", mount.type};
  if (!mount.options.empty()) command.insert(command.end(), {"-o", mount.options});
  command.insert(command.end(), {mount.source, mount.path});
  return command;
}

std::string Quoted(const Command& command) {
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(ShellQuoted(word));
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

boost::json::array MountCommands(const std::vector<GuestMount>& mounts) {
  boost::json::array commands;
  auto add = [&](const Command& command) {
    commands.push_back(boost::json::array(command.begin(), command.end()));
  };
  for (const GuestMount& mount : mounts) {
    for (const Command& command : MountPointCommands(mount)) add(command);
    add(MountCommand(mount));
  }
  return commands;
}

std::string MountScript(const std::vector<GuestMount>& mounts) {
  std::string script = "#!/bin/sh\n# Mounts what the pod's manifest mounts.\n";
  for (const GuestMount& mount : mounts) {
    for (const Command& command : MountPointCommands(mount)) script += Quoted(command) + "\n";
    script += fmt::format("mountpoint -q {} || {}\n", ShellQuoted(mount.path),
                          Quoted(MountCommand(mount)));
  }
  return script;
}

}  // namespace crimux::vm
