#include "vmruntime/network/device/vdpa_device.h"

#include <endian.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/virtio_ids.h>
#include <sys/ioctl.h>

// Part of it is not C++.
#define VIRTIO_RING_NO_LEGACY
#include <linux/vhost.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"
#include "base/fd.h"
#include "vmruntime/network/link/mac.h"

namespace crimux::vm {
namespace {

Error UnusableVdpa(const std::filesystem::path& device, const std::string& cause) {
  return {grpc::FAILED_PRECONDITION, "use vDPA device", device.string(), cause};
}

UniqueFd OpenVdpa(const std::filesystem::path& device) {
  RequireVdpaDevice(device);
  UniqueFd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (fd) return fd;
  throw UnusableVdpa(device, errno == EBUSY ? "another process has it open" : std::strerror(errno));
}

// Bits of the features, and the head of the configuration, by VIRTIO 1.2, 5.1.3 and 5.1.4; what
// follows it depends on more features. linux/virtio_net.h is not C++.
constexpr unsigned kFeatureMtu = 3;
constexpr unsigned kFeatureMac = 5;

struct NetConfig {
  std::array<unsigned char, 6> mac{};
  uint16_t status = 0;  // these are little-endian
  uint16_t max_queue_pairs = 0;
  uint16_t mtu = 0;
};
static_assert(sizeof(NetConfig) == 12);

uint64_t ReadFeatures(int fd, const std::filesystem::path& device) {
  uint64_t features = 0;
  if (::ioctl(fd, VHOST_GET_FEATURES, &features) == 0) return features;
  throw UnusableVdpa(device, fmt::format("its features can't be read: {}", std::strerror(errno)));
}

NetConfig ReadConfig(int fd, const std::filesystem::path& device) {
  // The header, and then the bytes asked for.
  constexpr size_t kHeader = sizeof(vhost_vdpa_config);
  alignas(vhost_vdpa_config) std::array<unsigned char, kHeader + sizeof(NetConfig)> answer{};
  vhost_vdpa_config ask{};
  ask.len = sizeof(NetConfig);
  std::memcpy(answer.data(), &ask, kHeader);
  if (::ioctl(fd, VHOST_VDPA_GET_CONFIG, answer.data()) != 0) {
    throw UnusableVdpa(device,
                       fmt::format("its configuration can't be read: {}", std::strerror(errno)));
  }
  NetConfig config;
  std::memcpy(&config, answer.data() + kHeader, sizeof(config));
  return config;
}

std::string VdpaMac(const NetConfig& config) {
  return fmt::format("{:02x}", fmt::join(config.mac, ":"));
}

}  // namespace

void RequireVdpaDevice(const std::filesystem::path& device) {
  std::error_code failed;
  auto status = std::filesystem::status(device, failed);
  if (!std::filesystem::exists(status)) throw UnusableVdpa(device, "the node has no such device");
  if (!std::filesystem::is_character_file(status)) {
    throw UnusableVdpa(device, "it is no character device");
  }
}

VdpaSettings ReadVdpaDevice(const std::filesystem::path& device) {
  UniqueFd fd = OpenVdpa(device);
  uint32_t id = 0;
  if (::ioctl(fd.get(), VHOST_VDPA_GET_DEVICE_ID, &id) != 0) {
    throw UnusableVdpa(device, "it is no device of the driver vhost_vdpa");
  }
  if (id != VIRTIO_ID_NET) throw UnusableVdpa(device, "it is no network card");
  const uint64_t features = ReadFeatures(fd.get(), device);
  const NetConfig config = ReadConfig(fd.get(), device);
  VdpaSettings settings;
  if ((features >> kFeatureMac & 1) != 0) settings.mac = VdpaMac(config);
  if (IsNoMac(settings.mac)) settings.mac.clear();
  if ((features >> kFeatureMtu & 1) != 0) settings.mtu = le16toh(config.mtu);
  return settings;
}

}  // namespace crimux::vm
