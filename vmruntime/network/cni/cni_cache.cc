#include "vmruntime/network/cni/cni_cache.h"

#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr int kCacheVersion = 1;

json::object ToJson(const CniRecord& record) {
  json::object object{{"version", kCacheVersion},
                      {"network", record.network.ToJson()},
                      {"ifName", record.if_name},
                      {"args", record.args},
                      {"capabilities", record.capabilities}};
  if (record.result) object["result"] = *record.result;
  return object;
}

// Throws what Boost.JSON throws when something is missing.
CniRecord FromJson(const json::object& object, const std::string& file) {
  if (object.at("version").as_int64() != kCacheVersion) {
    throw Error(grpc::INTERNAL, "read CNI record", file, "unknown version");
  }
  CniRecord record{.network = ParseCniNetwork(json::serialize(object.at("network")), file),
                   .if_name = JsonString(object, "ifName"),
                   .args = JsonString(object, "args"),
                   .capabilities = object.at("capabilities").as_object()};
  if (const json::value* result = object.if_contains("result")) record.result = result->as_object();
  return record;
}

}  // namespace

CniCache::CniCache(std::filesystem::path dir) : dir_(std::move(dir)) {}

std::filesystem::path CniCache::File(const std::string& container_id) const {
  return dir_ / (container_id + ".json");
}

void CniCache::Save(const std::string& container_id, const CniRecord& record) const {
  std::error_code failed;
  std::filesystem::create_directories(dir_, failed);
  if (failed) throw SystemError(failed.value(), "create folder", dir_.string());
  WriteFileAtomically(File(container_id), json::serialize(ToJson(record)));
}

std::optional<CniRecord> CniCache::Load(const std::string& container_id) const {
  std::filesystem::path file = File(container_id);
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::string text = ReadFile(file);
  try {
    return FromJson(json::parse(text).as_object(), file.string());
  } catch (const std::exception& error) {
    spdlog::error("read CNI record {}: {}", file.string(), error.what());
    return std::nullopt;
  }
}

void CniCache::Remove(const std::string& container_id) const {
  std::error_code failed;
  std::filesystem::remove(File(container_id), failed);
  if (failed) throw SystemError(failed.value(), "remove", File(container_id).string());
}

std::vector<std::string> CniCache::Ids() const {
  std::vector<std::string> ids;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(dir_, failed)) {
    if (entry.path().extension() == ".json") ids.push_back(entry.path().stem());
  }
  return ids;
}

}  // namespace crimux::vm
