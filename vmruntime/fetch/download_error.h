#pragma once

#include <curl/curl.h>

#include <string_view>

#include "base/error.h"

namespace crimux::vm {

// What the failures of a download are to a CRI client; see Download for the codes.
Error DownloadError(grpc::StatusCode code, std::string_view shown_url, std::string_view cause);
Error HttpError(long status, std::string_view shown_url);
// Whether a transfer that failed so may succeed when it is tried again.
bool MayPass(CURLcode code);
// `message` is what curl has to say beyond the code; may be empty.
Error CurlError(CURLcode code, std::string_view message, std::string_view shown_url);

}  // namespace crimux::vm
