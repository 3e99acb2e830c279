#pragma once

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/certificate.h"
#include "vmruntime/fetch/credentials.h"

namespace crimux::vm {

// What an image or artifact to be pushed is made of.
struct PushedImage {
  // As bytes of the blobs, the lowest first.
  std::vector<std::string> layers;
  std::string config_type = "application/vnd.oci.image.config.v1+json";
  // Pushed as an index that leads to it, for this machine and for another one.
  bool in_index = false;
};

// The Distribution project's registry (Debian's docker-registry) on 127.0.0.1, over HTTPS, for one
// user with a password; skopeo pushes to it.
class LocalRegistry {
 public:
  LocalRegistry();
  LocalRegistry(const LocalRegistry&) = delete;
  LocalRegistry& operator=(const LocalRegistry&) = delete;

  const std::filesystem::path& authority() const { return certificate_.certificate; }
  // "127.0.0.1:<port>"
  const std::string& address() const { return address_; }
  static Credentials User() { return {.username = "jo", .password = "s3cret-Pass"}; }
  // How many requests for blobs of the repository were answered so far.
  int Blobs(const std::string& repository) const;
  // The digest of what is there under "<repository>:<tag>" now.
  std::string Push(const PushedImage& image, const std::string& repository_and_tag) const;

 private:
  void WaitForAddress();

  TemporaryDir folder_;
  Certificate certificate_;
  std::string address_;
  std::jthread process_;
};

}  // namespace crimux::vm
