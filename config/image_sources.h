#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace crimux {

// A named way to a server of disk images.
struct ImageTransport {
  // For the whole transfer of one file; zero: as long as something moves.
  std::chrono::milliseconds timeout{0};
  // How often a transfer that failed is tried again, until something comes of it.
  int retries = 5;
  // How many are followed.
  int redirects = 10;
  // "http://host:port" and the like, "none" for no proxy; empty: the environment's.
  std::string proxy;
  // PEM file of authorities that are trusted beside the system's; empty: VmConfig::image_ca_file.
  std::filesystem::path ca_file;
  // PEM files of the certificate and key that we show to servers that ask; both or neither.
  std::filesystem::path certificate;
  std::filesystem::path key;
  // The name that the server's certificate must bear, and that we ask for (SNI); empty: the URL's
  // host.
  std::string server_name;
  // Servers' certificates are not verified.
  bool insecure = false;

  bool operator==(const ImageTransport&) const = default;
};

// Leads an image name to a URL of the operator's choice. Names are matched without prefix and
// digest, once without their tag and once with it.
struct ImageTranslation {
  // One of them is set: the exact name, or an RE2 regular expression for the whole of it.
  std::string name;
  std::string regexp;
  // http, https, file, oci or oci-http. With regexp, "$1" is its first group, "${1}" too, "$0" the
  // name and "$$" a dollar sign.
  std::string url;
  // "sha256:<64 hex>" of the file; empty: any.
  std::string digest;
  // Bytes of the file; absent: any.
  std::optional<uint64_t> size;
  // "qcow2", "raw", "vmdk", "vdi" or "vhdx", what the disk must be; empty: any.
  std::string format;
  // A name among VmConfig::image_transports; empty: none.
  std::string transport;

  bool operator==(const ImageTranslation&) const = default;
};

}  // namespace crimux
