#include <fmt/format.h>

#include <chrono>
#include <map>
#include <regex>

#include "config/read_images.h"
#include "config/sections.h"
#include "config/yaml_fields.h"

namespace crimux {
namespace {

using std::chrono::milliseconds;

// libvirt puts sockets below the state folder, under names of up to 60 bytes.
constexpr size_t kStateDirLimit = 44;
constexpr int64_t kLargestScrollback = 16LL << 20;
constexpr int64_t kSmallestMemory = 16LL << 20;
constexpr int64_t kLargestMemory = 64LL << 40;

std::filesystem::path ReadStateDir(const YamlValue& value) {
  std::filesystem::path path = value.AbsolutePath();
  if (path.native().size() > kStateDirLimit) {
    value.Fail(fmt::format("is {} bytes long; at most {}, for the sockets below it",
                           path.native().size(), kStateDirLimit));
  }
  return path;
}

std::vector<std::filesystem::path> ReadPaths(const YamlValue& value) {
  std::vector<std::filesystem::path> paths;
  for (const YamlValue& item : value.Items()) paths.push_back(item.AbsolutePath());
  if (paths.empty()) value.Fail("needs at least one path");
  return paths;
}

Accelerator ReadAccelerator(const YamlValue& value) {
  static const std::map<std::string, Accelerator> kNames = {
      {"auto", Accelerator::kAuto}, {"kvm", Accelerator::kKvm}, {"tcg", Accelerator::kTcg}};
  return kNames.at(value.Choice({"auto", "kvm", "tcg"}));
}

std::chrono::seconds ReadCniTimeout(const YamlValue& value) {
  milliseconds timeout = value.Duration(milliseconds{1000}, milliseconds{3'600'000});
  if (timeout.count() % 1000 != 0) value.Fail("must be whole seconds");
  return std::chrono::duration_cast<std::chrono::seconds>(timeout);
}

uint64_t ReadBytes(const YamlValue& value, int64_t min, int64_t max) {
  return static_cast<uint64_t>(value.Quantity(min, max));
}

std::vector<YamlField> NetworkFields(VmConfig* vm) {
  return {{"cniBinDirs", [=](const YamlValue& v) { vm->cni_bin_dirs = ReadPaths(v); }},
          {"cniConfDir", [=](const YamlValue& v) { vm->cni_conf_dir = v.AbsolutePath(); }},
          {"cniCacheDir", [=](const YamlValue& v) { vm->cni_cache_dir = v.AbsolutePath(); }},
          {"cniGc", [=](const YamlValue& v) { vm->cni_gc = v.Bool(); }},
          {"netnsDir", [=](const YamlValue& v) { vm->netns_dir = v.AbsolutePath(); }},
          {"cniTimeout", [=](const YamlValue& v) { vm->cni_timeout = ReadCniTimeout(v); }}};
}

void ReadVmStreaming(const YamlValue& value, StreamingConfig* streaming) {
  std::vector<YamlField> fields = StreamServerFields(streaming);
  fields.push_back({"scrollback", [=](const YamlValue& v) {
                      streaming->scrollback = ReadBytes(v, 0, kLargestScrollback);
                    }});
  ReadFields(value, fields);
}

// Whole elements only below <devices>, of which there may be many of a kind; and never what crimux
// knows the machine by.
std::vector<std::string> ReadXmlElements(const YamlValue& value) {
  static const std::regex kElement(
      "(?!(name|uuid|devices|domain)$)[a-zA-Z_][a-zA-Z0-9_-]*(/[a-zA-Z_][a-zA-Z0-9_-]*)*"
      "(@[a-zA-Z_][a-zA-Z0-9_-]*)?");
  std::vector<std::string> elements;
  for (const YamlValue& item : value.Items()) {
    std::string element = item.String();
    bool inside_device = element.starts_with("devices/") &&
                         element.find('@') == std::string::npos &&
                         element.find('/', 8) != std::string::npos;
    if (!std::regex_match(element, kElement) || inside_device) {
      item.Fail(fmt::format("\"{}\" is no element that pods could be allowed", element));
    }
    elements.push_back(std::move(element));
  }
  return elements;
}

std::vector<YamlField> MachineFields(VmConfig* vm) {
  return {{"stateDir", [=](const YamlValue& v) { vm->state_dir = ReadStateDir(v); }},
          {"accelerator", [=](const YamlValue& v) { vm->accelerator = ReadAccelerator(v); }},
          {"handlers", [=](const YamlValue& v) { vm->handlers = v.Strings(); }},
          {"defaultMemory",
           [=](const YamlValue& v) {
             vm->default_memory = ReadBytes(v, kSmallestMemory, kLargestMemory);
           }},
          {"qemuUser", [=](const YamlValue& v) { vm->qemu_user = v.NonEmptyString(); }},
          {"qemuGroup", [=](const YamlValue& v) { vm->qemu_group = v.NonEmptyString(); }},
          {"bootTime",
           [=](const YamlValue& v) {
             vm->boot_time = v.Duration(milliseconds{0}, milliseconds{3'600'000});
           }},
          {"emulator", [=](const YamlValue& v) { vm->emulator = v.AbsolutePath(); }},
          {"streaming", [=](const YamlValue& v) { ReadVmStreaming(v, &vm->streaming); }},
          {"virtiofsd", [=](const YamlValue& v) { vm->virtiofsd = v.AbsolutePath(); }},
          {"libvirtXmlElements",
           [=](const YamlValue& v) { vm->libvirt_xml_elements = ReadXmlElements(v); }}};
}

}  // namespace

VmConfig ReadVm(const YamlValue& value) {
  VmConfig vm;
  vm.cni_cache_dir.clear();
  std::vector<YamlField> fields = MachineFields(&vm);
  ImageKeys images(&vm);
  for (const auto& more : {NetworkFields(&vm), images.Fields()}) {
    fields.insert(fields.end(), more.begin(), more.end());
  }
  ReadFields(value, fields);
  images.Finish();
  if (vm.cni_cache_dir.empty()) vm.cni_cache_dir = vm.state_dir / "cni";
  return vm;
}

}  // namespace crimux
