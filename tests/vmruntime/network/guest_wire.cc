#include "tests/vmruntime/network/guest_wire.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include <array>
#include <fstream>
#include <stdexcept>

#include "base/file.h"
#include "base/process.h"
#include "vmruntime/network/binding/macvtap_links.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

// Length of struct virtio_net_hdr, which comes before each frame.
constexpr size_t kVirtioHeader = 10;

UniqueFd OpenTap(const std::string& name, bool many_queues = false) {
  UniqueFd tap = OpenFile("/dev/net/tun", O_RDWR | O_NONBLOCK);
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (many_queues ? IFF_MULTI_QUEUE : 0);
  request.ifr_flags = static_cast<short>(flags);
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0) throw std::runtime_error("open " + name);
  return tap;
}

// With what it is opened with, a macvtap has the same headers.
UniqueFd OpenMacvtap(const GuestInterface& card) {
  UniqueFd tap = OpenFile(MacvtapNode(card.tap), O_RDWR | O_NONBLOCK);
  ifreq request{};
  int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (card.queues > 1 ? IFF_MULTI_QUEUE : 0);
  request.ifr_flags = static_cast<short>(flags);
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0) throw std::runtime_error("open " + card.tap);
  return tap;
}

}  // namespace

GuestWire::GuestWire(const std::filesystem::path& pod_netns, const GuestInterface& card,
                     const std::filesystem::path& guest_netns)
    : stop_(::eventfd(0, EFD_CLOEXEC)) {
  RunInNetns(pod_netns, [&] {
    bool is_macvtap = card.binding == NicBinding::kMacvtap;
    pod_side_ = is_macvtap ? OpenMacvtap(card) : OpenTap(card.tap, card.queues > 1);
  });
  RunInNetns(guest_netns, [&] {
    guest_side_ = OpenTap("eth0");
    Netlink netlink;
    netlink.SetMac("eth0", card.mac);
    netlink.SetMtu("eth0", card.mtu);
    netlink.SetUp("eth0");
  });
  thread_ = std::thread([this] { Carry(); });
}

GuestWire::~GuestWire() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void GuestWire::Carry() {
  std::array<pollfd, 3> fds{
      {{stop_.get(), POLLIN, 0}, {pod_side_.get(), POLLIN, 0}, {guest_side_.get(), POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) > 0 && fds[0].revents == 0) {
    if (fds[1].revents != 0) CarryFrame(pod_side_.get(), guest_side_.get(), true);
    if (fds[2].revents != 0) CarryFrame(guest_side_.get(), pod_side_.get(), false);
  }
}

void GuestWire::CarryFrame(int from, int to, bool to_guest) {
  std::array<char, 65600> frame;
  ssize_t size = ::read(from, frame.data(), frame.size());
  if (size <= static_cast<ssize_t>(kVirtioHeader)) return;
  if (::write(to, frame.data(), static_cast<size_t>(size)) < 0 || !to_guest) return;
  std::lock_guard lock(mutex_);
  received_.emplace_back(frame.data() + kVirtioHeader, static_cast<size_t>(size) - kVirtioHeader);
}

std::vector<std::string> GuestWire::ReceivedFrames() const {
  std::lock_guard lock(mutex_);
  return received_;
}

std::string AskDhcp(const std::filesystem::path& guest_netns, const std::filesystem::path& dir) {
  std::filesystem::path script = dir / "udhcpc-script";
  std::filesystem::path answer = dir / "udhcpc-answer";
  std::filesystem::remove(answer);
  std::ofstream(script) << "#!/bin/sh\ntest \"$1\" = bound || exit 0\nenv | sort > " << answer
                        << "\n";
  std::filesystem::permissions(script, std::filesystem::perms(0755));
  ProcessSpec spec{.argv = {"busybox",      "udhcpc", "-i",    "eth0", "-n",     "-q",
                            "-f",           "-t",     "5",     "-T",   "1",      "-s",
                            script,         "-O",     "mtu",   "-O",   "search", "-O",
                            "staticroutes", "-O",     "router"}};
  spec.environment = {"PATH=/usr/bin:/bin"};
  RunInNetns(guest_netns, [&] { RunProcess(spec); });
  return std::filesystem::exists(answer) ? ReadFile(answer) : "";
}

std::string AskDhcp6(const std::filesystem::path& guest_netns, const std::filesystem::path& dir) {
  std::filesystem::path script = dir / "dhclient-script";
  std::filesystem::path answer = dir / "dhclient-answer";
  std::filesystem::remove(answer);
  std::ofstream(script) << "#!/bin/sh\ntest $reason = BOUND6 || exit 0\nenv | sort > " << answer
                        << "\n";
  std::filesystem::permissions(script, std::filesystem::perms(0755));
  std::string command =
      "for i in $(seq 100); do ip -6 -o addr show dev eth0 scope link | grep -v tentative | "
      "grep -q fe80 && break; sleep 0.1; done; : > " +
      (dir / "leases").string() + "; timeout 15 dhclient -6 -1 -q -sf " + script.string() +
      " -lf " + (dir / "leases").string() + " -pf " + (dir / "dhclient.pid").string() +
      " eth0; kill $(cat " + (dir / "dhclient.pid").string() + ")";
  RunInNetns(guest_netns, [&] { RunProcess({.argv = {"/bin/sh", "-c", command}}); });
  return std::filesystem::exists(answer) ? ReadFile(answer) : "";
}

}  // namespace crimux::vm
