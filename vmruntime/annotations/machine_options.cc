#include "vmruntime/annotations/machine_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "vmruntime/annotations/cpu_options.h"
#include "vmruntime/machine/domain/platform_words.h"

namespace crimux::vm {
namespace {

constexpr int64_t kMostVcpus = 255;

// Virtlet took any number below one for one.
std::optional<unsigned> Vcpus(const AnnotationReader& reader) {
  auto vcpus = reader.Integer(annotation::kVcpus, std::numeric_limits<int>::min(), kMostVcpus);
  if (!vcpus) return std::nullopt;
  return static_cast<unsigned>(std::max<int64_t>(1, *vcpus));
}

std::optional<unsigned> MaxVcpus(const AnnotationReader& reader, std::optional<unsigned> vcpus) {
  auto most = reader.Integer(annotation::kMaxVcpus, 1, kMostVcpus);
  if (!most) return std::nullopt;
  if (vcpus) {
    reader.Refuse(annotation::kMaxVcpus,
                  fmt::format("{} says how many there are, always", annotation::kVcpus.name));
  }
  return static_cast<unsigned>(*most);
}

// 8-4-4-4-12 hexadecimal digits.
bool IsUuid(const std::string& text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  auto fits = [](char form, char c) {
    bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    return form == '-' ? c == '-' : digit;
  };
  return std::ranges::equal(kForm, text, fits);
}

std::string Uuid(const AnnotationReader& reader) {
  std::string uuid = reader.Text(annotation::kSystemUuid).value_or("");
  std::ranges::transform(uuid, uuid.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  // libvirt takes no UUID whose digits are all the same.
  bool same = uuid.find_first_not_of(uuid.substr(0, 1) + "-") == std::string::npos;
  if (!uuid.empty() && (!IsUuid(uuid) || same)) {
    reader.Refuse(annotation::kSystemUuid, fmt::format("\"{}\" is no UUID", uuid));
  }
  return uuid;
}

Firmware ReadFirmware(const AnnotationReader& reader, std::optional<MachineType> machine) {
  auto firmware = reader.Choice<Firmware>(annotation::kFirmware,
                                          {{"bios", Firmware::kBios}, {"uefi", Firmware::kUefi}});
  if (!reader.Flag(annotation::kSecureBoot)) return firmware.value_or(Firmware::kBios);
  if (firmware == Firmware::kBios) {
    reader.Refuse(annotation::kSecureBoot, "there is none with the firmware bios");
  }
  if (machine == MachineType::kPc) {
    reader.Refuse(annotation::kSecureBoot, "there is none with the machine pc");
  }
  return Firmware::kUefiSecureBoot;
}

PlatformSpec ReadPlatform(const AnnotationReader& reader, bool windows) {
  PlatformSpec platform;
  platform.tpm = reader.Flag(annotation::kTpm);
  platform.cpu = ReadCpu(reader);
  platform.video = reader.Choice(annotation::kVideo, kVideoWords)
                       .value_or(windows ? VideoModel::kVga : VideoModel::kNone);
  platform.hyperv = reader.Flag(annotation::kHyperv, windows);
  platform.localtime =
      reader.Choice<bool>(annotation::kClock, {{"utc", false}, {"localtime", true}})
          .value_or(windows);
  return platform;
}

}  // namespace

MachineOptions ReadMachineOptions(const AnnotationReader& reader) {
  MachineOptions options{.vcpus = Vcpus(reader), .uuid = Uuid(reader)};
  options.max_vcpus = MaxVcpus(reader, options.vcpus);
  options.max_memory = reader.Bytes(annotation::kMaxMemory);
  options.windows = reader.Choice<bool>(annotation::kProfile, {{"linux", false}, {"windows", true}})
                        .value_or(false);
  options.platform = ReadPlatform(reader, options.windows);
  options.machine = reader.Choice(annotation::kMachine, kMachineWords);
  options.platform.machine = options.machine.value_or(MachineType::kQ35);
  options.platform.firmware = ReadFirmware(reader, options.machine);
  return options;
}

}  // namespace crimux::vm
