#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crimux::proxy {

// What a call or an answer carries beside its message, as it stands in the headers: the values of
// "-bin" keys are base64.
using Metadata = std::vector<std::pair<std::string, std::string>>;

namespace http2 {

// Whether a header goes on to the other side. Not what belongs to one connection or is written
// anew there: gRPC's own, and HTTP's.
bool IsPassedOn(std::string_view name);

}  // namespace http2

}  // namespace crimux::proxy
