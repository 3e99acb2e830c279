#include "vmruntime/exec/node_key.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

struct FreeSshString {
  void operator()(char* text) const { ssh_string_free_char(text); }
};

// libssh exports to files only: to one beside it, which then takes its name, so that a crash leaves
// no half a key.
void MakeKey(const std::filesystem::path& file) {
  ssh_key made = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &made) != SSH_OK) {
    throw Error(grpc::StatusCode::INTERNAL, "make key pair", file.string(), "libssh can't");
  }
  SshKey key(made);
  std::filesystem::path beside = file.string() + ".new";
  OpenFile(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  bool written =
      ssh_pki_export_privkey_file(key.get(), nullptr, nullptr, nullptr, beside.c_str()) == SSH_OK;
  if (!written || ::chmod(beside.c_str(), 0600) != 0) {
    throw SystemError(errno, "write key", beside.string());
  }
  std::filesystem::rename(beside, file);
}

std::string PublicLine(ssh_key key) {
  char* text = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK) return "";
  std::unique_ptr<char, FreeSshString> owned(text);
  return std::string(ssh_key_type_to_char(ssh_key_type(key))) + " " + text + " crimux";
}

}  // namespace

SshKey ReadPrivateKey(const std::string& text) {
  ssh_key key = nullptr;
  ssh_pki_import_privkey_base64(text.c_str(), nullptr, nullptr, nullptr, &key);
  return SshKey(key);
}

NodeKey::NodeKey(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
  if (!std::filesystem::exists(file)) MakeKey(file);
  key_ = ReadPrivateKey(ReadFile(file));
  if (key_) public_line_ = PublicLine(key_.get());
  if (public_line_.empty()) {
    throw Error(grpc::StatusCode::INTERNAL, "read the node's key", file.string(),
                "it is not a private key; remove it, and another one is made");
  }
}

}  // namespace crimux::vm
