#pragma once

#include <chrono>

#include <boost/json.hpp>

#include "proxy/dispatch/backends.h"
#include "proxy/front/call_book.h"

namespace crimux::proxy {

// What the status socket tells of the proxy, as of now. Front thread.
boost::json::object Snapshot(const Backends& backends, const CallBook& book,
                             std::chrono::steady_clock::time_point started);

}  // namespace crimux::proxy
