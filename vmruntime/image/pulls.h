#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

// A pull that is under way.
struct PullStatus {
  // As the first who wanted it gave it, and the URL that it means; both without secrets.
  std::string name;
  std::string source;
  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
  ProgressReport progress = {};
};

// The pulls that are under way. Any thread; no call takes long.
class Pulls {
 public:
  // One pull, listed as long as this lives.
  class Entry {
   public:
    Entry(Pulls& pulls, std::string name, std::string source);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

    Progress& progress() { return progress_; }

   private:
    friend Pulls;
    Pulls& pulls_;
    const PullStatus status_;
    Progress progress_;
    std::list<Entry*>::iterator at_;
  };

  // The oldest first.
  std::vector<PullStatus> List() const;

 private:
  mutable std::mutex mutex_;  // over entries_
  std::list<Entry*> entries_;
};

}  // namespace crimux::vm
