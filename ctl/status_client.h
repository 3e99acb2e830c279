#pragma once

#include <filesystem>
#include <string>

namespace crimux::ctl {

// The body of an HTTP GET over a Unix socket. Throws Error (UNAVAILABLE) when nobody listens there,
// (INTERNAL) for an answer other than 200. Gives up after ten seconds without progress.
std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target);

}  // namespace crimux::ctl
