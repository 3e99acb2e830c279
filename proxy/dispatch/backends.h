#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/dispatch/overdue.h"
#include "proxy/dispatch/runtimes_watch.h"
#include "proxy/lists/last_known.h"
#include "proxy/routing/image_holders.h"
#include "proxy/routing/owners.h"
#include "proxy/routing/router.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The runtimes, and what is known about who has what. Front thread.
struct Backends {
  // Takes what the store has of the runtimes, and learns from it.
  Backends(Loop& loop, std::vector<RuntimePtr> runtimes, Router router, ListStore& store);

  // In the order of the config, the default one first; never empty.
  std::vector<RuntimePtr> runtimes;
  Router router;
  Owners owners;
  ImageHolders images;
  LastKnown lists;
  // The config's cgroupDriver.
  std::string cgroup_driver;
  Overdue overdue;
  // What Version tells; empty: what the default runtime does.
  std::string runtime_name;
  std::string runtime_version;
  // Of those that want to hear when `runtimes` are others.
  RuntimesWatch::All watches;
  // Nothing that lives for ever is to begin any more.
  bool stopping = false;

  const RuntimePtr& Default() const { return runtimes.front(); }

  // Empty when there is none of that name, or it is gone.
  RuntimePtr Find(std::string_view name) const;
  RuntimePtr Find(const Runtime* runtime) const;

  // kSlow for a runtime that is up, but keeps questions waiting.
  RuntimeState StateOf(const Runtime& runtime) const;
};

}  // namespace crimux::proxy
