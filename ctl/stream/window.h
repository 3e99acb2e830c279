#pragma once

#include <sys/ioctl.h>

#include <optional>
#include <string>

namespace crimux::ctl {

// The size of the terminal `fd`; nullopt when it is none, or doesn't know.
std::optional<winsize> WindowSize(int fd);

// As the resize channel wants it: {"Width":80,"Height":24}
std::string ResizeMessage(const winsize& size);

}  // namespace crimux::ctl
