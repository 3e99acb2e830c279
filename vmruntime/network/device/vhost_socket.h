#pragma once

#include <filesystem>

namespace crimux::vm {

// Throws Error (FAILED_PRECONDITION) that names the socket, unless QEMU can connect to it or, as
// the `server`, make it there.
void RequireVhostSocket(const std::filesystem::path& socket, bool server);

// What has to be QEMU's user's while it starts: the socket itself, or the folder in which it will
// make it, if there is nothing else in that. Else empty: nobody else's sockets are QEMU's to
// replace.
std::filesystem::path VhostSocketNode(const std::filesystem::path& socket, bool server);

}  // namespace crimux::vm
