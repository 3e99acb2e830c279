#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/network/cni/cni_config.h"

namespace crimux::vm {

// What ADD was called with and what it came to, kept so that DEL undoes just that, whatever has
// happened to /etc/cni/net.d since.
struct CniRecord {
  CniNetworkConfig network;
  std::string if_name;
  std::string args;
  // Values for declared capabilities, by name.
  boost::json::object capabilities;
  // Absent until ADD has succeeded.
  std::optional<boost::json::object> result;
};

// One JSON file (version 1) for each container, under one folder. Throws Error.
class CniCache {
 public:
  explicit CniCache(std::filesystem::path dir);

  void Save(const std::string& container_id, const CniRecord& record) const;
  // nullopt: none, or a file that cannot be read as a record (logged).
  std::optional<CniRecord> Load(const std::string& container_id) const;
  void Remove(const std::string& container_id) const;
  // Containers that have a file.
  std::vector<std::string> Ids() const;

 private:
  std::filesystem::path File(const std::string& container_id) const;

  std::filesystem::path dir_;
};

}  // namespace crimux::vm
