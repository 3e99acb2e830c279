#pragma once

#include <filesystem>
#include <string>

namespace crimux {

// A numeric user and group.
struct Owner {
  unsigned uid = 0;
  unsigned gid = 0;
};

// By names. Throws Error (FAILED_PRECONDITION) that names the one that this host doesn't know.
Owner FindOwner(const std::string& user, const std::string& group);

// Throws Error that names the file.
void SetOwner(const std::filesystem::path& file, Owner owner);

}  // namespace crimux
