#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace crimux::vm {

// A CNI network: the plugins of a conflist in order, or the one of a conf file.
struct CniNetworkConfig {
  std::string name;
  std::string version;  // cniVersion, or the highest known of cniVersions; 0.3.0 to 1.1.0
  std::vector<boost::json::object> plugins;
  // Of the configuration: its plugins are not to be asked to GC.
  bool disable_gc = false;

  boost::json::object ToJson() const;
  // Whether a plugin of the list declares this capability.
  bool HasCapability(const std::string& capability) const;
};

// The network that pods get: the first file in lexical order of the folder that ends in .conflist,
// .conf or .json. Throws Error (UNAVAILABLE) that names the folder when there is none, or the file
// and what is wrong with it.
CniNetworkConfig LoadDefaultNetwork(const std::filesystem::path& conf_dir);

// A conflist or a single plugin's configuration. Throws Error (UNAVAILABLE); `file` is for the
// message.
CniNetworkConfig ParseCniNetwork(const std::string& text, const std::string& file);

// Whether CNI accepts it as a name of a network or the id of a container; such a string is also a
// safe file name.
bool IsCniName(const std::string& text);

// The string `key` of an object, empty when it is not there or no string.
std::string JsonString(const boost::json::object& object, const std::string& key);

}  // namespace crimux::vm
