#include <fmt/format.h>

#include <limits>

#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

ResourceAmounts ReadAmounts(const YamlValue& value, Warnings* warnings) {
  ResourceAmounts amounts;
  for (const YamlValue::Entry& entry : value.Entries()) {
    if (entry.key == "cpu") {
      amounts.cpu = entry.value.Quantity(0, kMax / 1'000'000, 1000);
    } else if (entry.key == "memory") {
      amounts.memory = entry.value.Quantity(0, kMax);
    } else if (entry.key == "ephemeral-storage") {
      warnings->push_back(fmt::format("{}: {}: ignored: it is the kubelet's to act on",
                                      entry.key_place.Place(), entry.key_place.path()));
    } else {
      entry.key_place.Fail("is not supported here: only cpu and memory are");
    }
  }
  return amounts;
}

void CheckAmount(const YamlValue& value, std::string_view name, std::optional<int64_t> limit,
                 std::optional<int64_t> request) {
  if (limit && request && *request > *limit) {
    value.Fail(fmt::format("the {} request is larger than the limit", name));
  }
}

}  // namespace

Resources ReadResources(const YamlValue& value, Warnings* warnings) {
  Resources resources;
  ReadFields(
      value,
      {{"limits", [&](const YamlValue& v) { resources.limits = ReadAmounts(v, warnings); }},
       {"requests", [&](const YamlValue& v) { resources.requests = ReadAmounts(v, warnings); }},
       Unsupported("claims")});
  CheckAmount(value, "cpu", resources.limits.cpu, resources.requests.cpu);
  CheckAmount(value, "memory", resources.limits.memory, resources.requests.memory);
  // The API server's default.
  if (!resources.requests.cpu) resources.requests.cpu = resources.limits.cpu;
  if (!resources.requests.memory) resources.requests.memory = resources.limits.memory;
  return resources;
}

Volume ReadVolume(const YamlValue& value, Warnings* warnings) {
  Volume volume;
  bool empty_dir = false;
  std::vector<YamlField> fields = {
      {"name", [&](const YamlValue& v) { volume.name = ReadName(v, false); }},
      {"hostPath",
       [&](const YamlValue& v) {
         ReadFields(v, {{"path",
                         [&](const YamlValue& p) { volume.host_path = p.AbsolutePath().string(); }},
                        Choice("type", &volume.host_path_type,
                               {"", "Directory", "DirectoryOrCreate", "File", "FileOrCreate",
                                "Socket", "CharDevice", "BlockDevice"})});
         if (volume.host_path.empty()) v.Fail("has no path");
       }},
      {"emptyDir", [&](const YamlValue& v) {
         empty_dir = true;
         ReadFields(v, {Unsupported("medium"),
                        Ignored("sizeLimit", warnings, "it is the kubelet's to act on")});
       }}};
  for (std::string_view key :
       {"configMap", "csi", "downwardAPI", "ephemeral", "flexVolume", "image", "iscsi", "nfs",
        "persistentVolumeClaim", "projected", "secret"}) {
    fields.push_back({key, [](const YamlValue& v) {
                        v.Fail("is not supported here: only hostPath and emptyDir are");
                      }});
  }
  ReadFields(value, fields);
  if (volume.name.empty()) value.Fail("has no name");
  if (empty_dir == !volume.host_path.empty()) value.Fail("must have either hostPath or emptyDir");
  return volume;
}

DnsConfig ReadDnsConfig(const YamlValue& value) {
  DnsConfig dns;
  auto read_options = [&](const YamlValue& options) {
    for (const YamlValue& item : ReadList(options)) {
      std::string name;
      std::string argument;
      ReadFields(item, {Text("name", &name), Text("value", &argument)});
      if (name.empty()) item.Fail("has no name");
      dns.options.push_back(argument.empty() ? name : name + ":" + argument);
    }
  };
  ReadFields(value, {List("nameservers", &dns.nameservers),
                     List("searches", &dns.searches),
                     {"options", read_options}});
  return dns;
}

}  // namespace crimux::ctl
