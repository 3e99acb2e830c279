#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "vmruntime/machine/domain/disk_spec.h"

namespace crimux::vm {

// libvirt's words for values: the domain's XML and the pods' annotations use the same.
template <typename Value, size_t kSize>
using Words = std::array<std::pair<std::string_view, Value>, kSize>;

// "" for a value that has no word.
template <typename Value, size_t kSize>
std::string WordOf(const Words<Value, kSize>& words, Value value) {
  auto found = std::ranges::find(words, value, &std::pair<std::string_view, Value>::second);
  return found == words.end() ? "" : std::string(found->first);
}

inline constexpr Words<DiskBus, 4> kDiskBusWords{{{"virtio", DiskBus::kVirtio},
                                                  {"scsi", DiskBus::kScsi},
                                                  {"sata", DiskBus::kSata},
                                                  {"ide", DiskBus::kIde}}};

inline constexpr Words<DiskCache, 5> kDiskCacheWords{{{"writeback", DiskCache::kWriteback},
                                                      {"writethrough", DiskCache::kWritethrough},
                                                      {"none", DiskCache::kNone},
                                                      {"directsync", DiskCache::kDirectsync},
                                                      {"unsafe", DiskCache::kUnsafe}}};

inline constexpr Words<DiskIo, 3> kDiskIoWords{
    {{"threads", DiskIo::kThreads}, {"native", DiskIo::kNative}, {"io_uring", DiskIo::kIoUring}}};

}  // namespace crimux::vm
