#include "vmruntime/image/image_record.h"

#include <algorithm>
#include <stdexcept>

#include <boost/json.hpp>

#include "vmruntime/image/image_name.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr int kRecordVersion = 2;

json::array ToArray(const std::set<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

bool ImageRecord::IsMadeOf(const std::string& source_digest) const {
  return std::any_of(repo_digests.begin(), repo_digests.end(), [&](const std::string& known) {
    return known.ends_with("@" + source_digest);
  });
}

std::string ToJson(const ImageRecord& record) {
  json::object object{
      {"version", kRecordVersion},    {"digest", record.digest},
      {"tags", ToArray(record.tags)}, {"repo_digests", ToArray(record.repo_digests)},
      {"size", record.size},          {"virtual_size", record.virtual_size},
      {"format", record.format},      {"pulled_at", record.pulled_at}};
  return json::serialize(object) + "\n";
}

ImageRecord ParseImageRecord(const std::string& text) {
  json::value value = json::parse(text);
  int version = json::value_to<int>(value.at("version"));
  if (version != 1 && version != kRecordVersion) throw std::runtime_error("unknown version");
  ImageRecord record;
  record.digest = json::value_to<std::string>(value.at("digest"));
  record.tags = json::value_to<std::set<std::string>>(value.at("tags"));
  if (version == 1) {
    for (const auto& name : json::value_to<std::set<std::string>>(value.at("names"))) {
      record.repo_digests.insert(name + "@" + record.digest);
    }
  } else {
    record.repo_digests = json::value_to<std::set<std::string>>(value.at("repo_digests"));
  }
  record.size = json::value_to<uint64_t>(value.at("size"));
  record.virtual_size = json::value_to<uint64_t>(value.at("virtual_size"));
  record.format = json::value_to<std::string>(value.at("format"));
  record.pulled_at = json::value_to<int64_t>(value.at("pulled_at"));
  if (!IsDigest(record.digest)) throw std::runtime_error("malformed digest");
  if (record.format != "qcow2" && record.format != "raw") throw std::runtime_error("bad format");
  return record;
}

}  // namespace crimux::vm
