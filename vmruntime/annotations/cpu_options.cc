#include "vmruntime/annotations/cpu_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vmruntime/annotations/yaml_fields.h"

namespace crimux::vm {
namespace {

constexpr size_t kMostFeatures = 256;
constexpr size_t kLongestCpuName = 64;

template <size_t kSize>
using Texts = std::array<std::pair<std::string_view, std::string_view>, kSize>;

constexpr Texts<4> kModes{{{"custom", "custom"},
                           {"host-model", "host-model"},
                           {"host-passthrough", "host-passthrough"},
                           {"maximum", "maximum"}}};
constexpr Texts<3> kMatches{{{"minimum", "minimum"}, {"exact", "exact"}, {"strict", "strict"}}};
constexpr Texts<3> kChecks{{{"none", "none"}, {"partial", "partial"}, {"full", "full"}}};
constexpr Texts<4> kSwitches{{{"on", "on"}, {"off", "off"}, {"true", "on"}, {"false", "off"}}};
constexpr Texts<2> kFallbacks{{{"allow", "allow"}, {"forbid", "forbid"}}};
constexpr Texts<5> kPolicies{{{"force", "force"},
                              {"require", "require"},
                              {"optional", "optional"},
                              {"disable", "disable"},
                              {"forbid", "forbid"}}};
constexpr Texts<3> kCacheModes{
    {{"passthrough", "passthrough"}, {"emulate", "emulate"}, {"disable", "disable"}}};

// As libvirt and QEMU name models, features and vendors.
bool IsCpuName(std::string_view name) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongestCpuName && std::ranges::all_of(name, plain);
}

std::string NameIn(const YamlFields& fields, std::string_view key) {
  std::string name = fields.Text(key).value_or("");
  if (!name.empty() && !IsCpuName(name)) fields.RefuseValue(key, name, "can be no name");
  return name;
}

template <size_t kSize>
std::string WordIn(const YamlFields& fields, std::string_view key, const Texts<kSize>& words) {
  return std::string(fields.Choice(key, words).value_or(""));
}

// {value: …, fallback: …}, or only the value.
void ReadModel(const AnnotationReader& reader, const YamlFields& fields, CpuSpec& cpu) {
  auto node = fields.Node("model");
  if (!node) return;
  if (node->IsScalar()) {
    cpu.model = NameIn(fields, "model");
    return;
  }
  YamlFields model(reader, annotation::kCpu, *node, "model",
                   {"value", "fallback", "vendorID", "vendor_id"});
  cpu.model = NameIn(model, "value");
  cpu.fallback = WordIn(model, "fallback", kFallbacks);
  cpu.vendor_id = NameIn(model, model.Node("vendor_id") ? "vendor_id" : "vendorID");
}

void ReadTopology(const AnnotationReader& reader, const YamlFields& fields, CpuSpec& cpu) {
  auto node = fields.Node("topology");
  if (!node) return;
  constexpr unsigned kMost = 255;
  YamlFields topology(reader, annotation::kCpu, *node, "topology",
                      {"sockets", "dies", "cores", "threads"});
  cpu.topology = {.sockets = topology.Number("sockets", 1, kMost).value_or(1),
                  .dies = topology.Number("dies", 1, kMost).value_or(1),
                  .cores = topology.Number("cores", 1, kMost).value_or(1),
                  .threads = topology.Number("threads", 1, kMost).value_or(1)};
}

void ReadCache(const AnnotationReader& reader, const YamlFields& fields, CpuSpec& cpu) {
  auto node = fields.Node("cache");
  if (!node) return;
  YamlFields cache(reader, annotation::kCpu, *node, "cache", {"level", "mode"});
  cache.RequiredText("mode");
  cpu.cache = {.mode = WordIn(cache, "mode", kCacheModes), .level = cache.Number("level", 1, 3)};
}

void ReadFeatures(const AnnotationReader& reader, const YamlFields& fields, CpuSpec& cpu) {
  auto node = fields.Node("features");
  if (!node) return;
  if (!node->IsSequence() || node->size() > kMostFeatures) {
    fields.Refuse(fmt::format("has features that are no list of up to {}", kMostFeatures));
  }
  for (const YAML::Node& entry : *node) {
    YamlFields feature(reader, annotation::kCpu, entry,
                       fmt::format("feature {}", cpu.features.size() + 1), {"name", "policy"});
    feature.RequiredText("name");
    std::string policy = WordIn(feature, "policy", kPolicies);
    cpu.features.push_back({NameIn(feature, "name"), policy.empty() ? "require" : policy});
  }
}

CpuSpec ReadWhole(const AnnotationReader& reader, const YAML::Node& node) {
  YamlFields fields(
      reader, annotation::kCpu, node, "",
      {"mode", "match", "check", "migratable", "model", "vendor", "topology", "cache", "features"});
  CpuSpec cpu{.mode = WordIn(fields, "mode", kModes),
              .match = WordIn(fields, "match", kMatches),
              .check = WordIn(fields, "check", kChecks),
              .migratable = WordIn(fields, "migratable", kSwitches),
              .vendor = NameIn(fields, "vendor")};
  ReadModel(reader, fields, cpu);
  ReadTopology(reader, fields, cpu);
  ReadCache(reader, fields, cpu);
  ReadFeatures(reader, fields, cpu);
  if (cpu.mode.empty() && !cpu.model.empty()) cpu.mode = "custom";
  return cpu;
}

CpuSpec ReadByModel(const AnnotationReader& reader) {
  std::string model = reader.Text(annotation::kCpuModel).value_or("");
  if (model.empty()) return {};
  bool mode = std::ranges::count(kModes, model, [](auto& pair) { return pair.first; }) > 0;
  if (mode && model != "custom") return {.mode = model};
  if (!IsCpuName(model) || mode) {
    reader.Refuse(annotation::kCpuModel,
                  fmt::format("\"{}\" is neither host-model, host-passthrough, maximum nor the "
                              "name of a model",
                              model));
  }
  return {.mode = "custom", .match = "exact", .model = model, .fallback = "forbid"};
}

// "+name" and "-name", with commas or spaces between them.
void AddFeatures(const AnnotationReader& reader, CpuSpec& cpu) {
  std::string text = reader.Text(annotation::kCpuFeatures).value_or("");
  std::ranges::replace(text, ',', ' ');
  size_t begin = 0;
  while ((begin = text.find_first_not_of(' ', begin)) != std::string::npos) {
    size_t end = std::min(text.find(' ', begin), text.size());
    std::string token = text.substr(begin, end - begin);
    begin = end;
    std::string name = token.substr(1);
    if ((token[0] != '+' && token[0] != '-') || !IsCpuName(name)) {
      reader.Refuse(annotation::kCpuFeatures,
                    fmt::format("\"{}\" is no + or - with the name of a feature", token));
    }
    cpu.features.push_back({name, token[0] == '+' ? "require" : "disable"});
  }
}

}  // namespace

CpuSpec ReadCpu(const AnnotationReader& reader) {
  CpuSpec by_model = ReadByModel(reader);
  auto whole = reader.Yaml(annotation::kCpu);
  CpuSpec cpu = whole && !whole->IsNull() ? ReadWhole(reader, *whole) : by_model;
  AddFeatures(reader, cpu);
  return cpu;
}

}  // namespace crimux::vm
