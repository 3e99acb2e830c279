#pragma once

#include <filesystem>
#include <string>

namespace crimux::vm {

// Where things lie below the state directory:
//   state.db             records
//   lock                 held by the crimuxd that uses the directory
//   ssh/                 the key by which the node enters its guests; for root alone
//   sandboxes/<id>/      DHCP server of a pod
//   containers/<id>/     root disk that goes with it, nodes of block devices, CD-ROMs, seed,
//   console,
//                        checkpoint of the console's log
//   disks/<pod>/         what pods keep (see PodDisks)
//   sock/<16 digits>     console sockets (and beside them others), with names short enough for a
//   Unix socket
class Layout {
 public:
  // Makes the directories; QEMU's unprivileged user may pass through them, not list them.
  explicit Layout(const std::filesystem::path& state_dir);

  std::filesystem::path Database() const { return state_dir_ / "state.db"; }
  std::filesystem::path Lock() const { return state_dir_ / "lock"; }
  std::filesystem::path SshKey() const { return state_dir_ / "ssh" / "id_ed25519"; }
  std::filesystem::path Sandboxes() const { return state_dir_ / "sandboxes"; }
  std::filesystem::path Containers() const { return state_dir_ / "containers"; }
  std::filesystem::path Disks() const { return state_dir_ / "disks"; }
  std::filesystem::path Sandbox(const std::string& id) const { return Sandboxes() / id; }
  std::filesystem::path Container(const std::string& id) const { return Containers() / id; }
  std::filesystem::path RootDisk(const std::string& id) const {
    return Container(id) / "root.qcow2";
  }
  std::filesystem::path Seed(const std::string& id) const { return Container(id) / "seed.iso"; }
  std::filesystem::path Ignition(const std::string& id) const {
    return Container(id) / "ignition.json";
  }
  std::filesystem::path Console(const std::string& id) const { return Container(id) / "console"; }
  std::filesystem::path Checkpoint(const std::string& id) const {
    return Container(id) / "console.checkpoint";
  }
  std::filesystem::path ShareSocket(const std::string& id) const {
    return ConsoleSocket(id).string() + ".share";
  }
  std::filesystem::path ConsoleSocket(const std::string& id) const {
    return state_dir_ / "sock" / id.substr(0, 16);
  }

 private:
  std::filesystem::path state_dir_;
};

// Makes a directory (and its parents) with exactly this mode; throws Error that names it.
void MakeDirectory(const std::filesystem::path& path, unsigned mode);
// Removes a directory with all in it; no error when it isn't there. Throws Error.
void RemoveTree(const std::filesystem::path& path);

}  // namespace crimux::vm
