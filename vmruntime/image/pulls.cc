#include "vmruntime/image/pulls.h"

namespace crimux::vm {
namespace {

constexpr std::chrono::milliseconds kLogInterval{10'000};

}  // namespace

Pulls::Entry::Entry(Pulls& pulls, std::string name, std::string source)
    : pulls_(pulls),
      status_{.name = std::move(name), .source = std::move(source)},
      progress_(status_.source, kLogInterval) {
  std::scoped_lock lock(pulls_.mutex_);
  at_ = pulls_.entries_.insert(pulls_.entries_.end(), this);
}

Pulls::Entry::~Entry() {
  std::scoped_lock lock(pulls_.mutex_);
  pulls_.entries_.erase(at_);
}

std::vector<PullStatus> Pulls::List() const {
  std::scoped_lock lock(mutex_);
  std::vector<PullStatus> list;
  for (const Entry* entry : entries_) {
    list.push_back(entry->status_);
    list.back().progress = entry->progress_.Report();
  }
  return list;
}

}  // namespace crimux::vm
