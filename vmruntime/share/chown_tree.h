#pragma once

#include <filesystem>

namespace crimux::vm {

// Gives a directory, or file, and all below it to a user and group; follows no link, leaves other
// file systems that are mounted below alone, and can't be led out of the tree by whoever changes it
// meanwhile. Throws Error that names the path.
void ChownTree(const std::filesystem::path& root, unsigned uid, unsigned gid);

}  // namespace crimux::vm
