#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "config/image_sources.h"
#include "vmruntime/fetch/fetch_file.h"
#include "vmruntime/fetch/http_auth.h"
#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

struct DownloadSpec {
  std::string url;
  // The URL for errors, without secrets.
  std::string shown_url;
  // Must not be there yet.
  std::filesystem::path file;
  // Bytes.
  uint64_t size_limit = 0;
  // What the size has to be; absent: anything.
  std::optional<uint64_t> expected_size = {};
  ImageTransport transport = {};
  // Asked before each attempt; none: the server is shown nothing.
  std::function<HttpAuth()> auth = nullptr;
  // Before the second attempt; twice as much before each one after that.
  std::chrono::milliseconds retry_delay{1000};
  std::chrono::seconds connect_timeout{30};
  // A transfer that moves nothing for so long has failed.
  std::chrono::seconds stall_timeout{60};
};

// Fetches a URL over http or https into a new file, which is on the disk (synced) and read-only
// (mode 0444) on return, and computes its sha256 meanwhile. Follows redirects, but never from https
// to http, nor to any other protocol. Proxies come from the transport or, as curl has it, from the
// environment. Takes constant memory. Room on the disk is reserved as soon as the size is known. On
// an error, and when `stop` is requested (CANCELLED, at once), no file is left.
//
// A transfer that breaks, stalls, or meets a server that is down or busy is tried again, with
// growing pauses: twice as long as nothing ever came, else as often as the transport says; what has
// come since the last attempt makes the count start anew. It goes on where it broke off if the
// server can (ranges, and an ETag or a date that shows that the file is still the same), and else
// starts over.
//
// Throws Error: NOT_FOUND (404, 410), PERMISSION_DENIED (401, 403), UNAVAILABLE (no name, no
// connection, TLS failure, stalled, broke off, 429, 5xx), FAILED_PRECONDITION (any other answer but
// 200, a forbidden redirect, another size than expected), RESOURCE_EXHAUSTED (over the limit or
// more than the disk has free: as soon as Content-Length says so).
DownloadResult Download(const DownloadSpec& spec, Progress& progress, std::stop_token stop);

}  // namespace crimux::vm
