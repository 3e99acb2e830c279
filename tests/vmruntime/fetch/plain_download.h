#pragma once

#include "vmruntime/fetch/download.h"

namespace crimux::vm {

// A download whose progress nobody asks for.
inline DownloadResult PlainDownload(const DownloadSpec& spec, std::stop_token stop = {}) {
  Progress progress(spec.shown_url, std::chrono::hours(1));
  return Download(spec, progress, std::move(stop));
}

}  // namespace crimux::vm
