#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace crimux::vm {

// Which container a plugin is called for; the CNI_* variables.
struct CniAttachment {
  std::string container_id;
  // Empty, for DEL, when the namespace has gone.
  std::string netns;
  std::string if_name = "eth0";
  // "KEY=value;…"
  std::string args;
};

// The CNI plugins of this host. Any thread.
class CniPlugins {
 public:
  CniPlugins(std::vector<std::filesystem::path> bin_dirs, std::chrono::milliseconds timeout);

  // The program of a plugin type. Throws Error (UNAVAILABLE) when no folder has it.
  std::filesystem::path Find(const std::string& type) const;

  // Runs one plugin to its end and returns the result it printed (empty when it printed nothing).
  // Throws Error: UNAVAILABLE when it is not there or asks to be tried later (code 11),
  // DEADLINE_EXCEEDED when it hung and was killed, else INTERNAL with the plugin's own code, msg
  // and details.
  boost::json::object Run(const std::string& command, const CniAttachment& attachment,
                          const boost::json::object& config) const;

 private:
  std::vector<std::string> Environment(const std::string& command,
                                       const CniAttachment& attachment) const;

  std::vector<std::filesystem::path> bin_dirs_;
  std::chrono::milliseconds timeout_;
};

}  // namespace crimux::vm
