#include "base/owner.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace crimux {

Owner FindOwner(const std::string& user, const std::string& group) {
  std::array<char, 16384> buffer;
  passwd user_entry{};
  passwd* found_user = nullptr;
  ::getpwnam_r(user.c_str(), &user_entry, buffer.data(), buffer.size(), &found_user);
  if (found_user == nullptr) {
    throw Error(grpc::FAILED_PRECONDITION, "look up user", user, "there is no such user");
  }
  unsigned uid = user_entry.pw_uid;
  ::group group_entry{};
  ::group* found_group = nullptr;
  ::getgrnam_r(group.c_str(), &group_entry, buffer.data(), buffer.size(), &found_group);
  if (found_group == nullptr) {
    throw Error(grpc::FAILED_PRECONDITION, "look up group", group, "there is no such group");
  }
  return {uid, group_entry.gr_gid};
}

void SetOwner(const std::filesystem::path& file, Owner owner) {
  if (::chown(file.c_str(), owner.uid, owner.gid) != 0) {
    throw SystemError(errno, "give to another user", file.string());
  }
}

}  // namespace crimux
