#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace crimux::ctl {

// The body of an HTTP GET over a Unix socket. Throws Error: UNAVAILABLE when nobody listens there,
// INVALID_ARGUMENT for an answer 400, INTERNAL for every other than 200; the answer's own words are
// in it. Gives up after ten seconds without progress.
std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target);
// The same with another patience.
std::string GetOverSocket(const std::filesystem::path& socket, const std::string& target,
                          std::chrono::seconds patience);

// The same for a POST of `body`, with a minute's patience: what it starts may take a while.
std::string PostOverSocket(const std::filesystem::path& socket, const std::string& target,
                           const std::string& body);

}  // namespace crimux::ctl
