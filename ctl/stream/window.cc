#include "ctl/stream/window.h"

#include <boost/json.hpp>

namespace crimux::ctl {

std::optional<winsize> WindowSize(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return std::nullopt;
  }
  return size;
}

std::string ResizeMessage(const winsize& size) {
  return boost::json::serialize(
      boost::json::object{{"Width", size.ws_col}, {"Height", size.ws_row}});
}

}  // namespace crimux::ctl
