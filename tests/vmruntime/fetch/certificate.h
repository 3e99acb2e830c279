#pragma once

#include <filesystem>
#include <string>

#include "tests/vmruntime/image/disks.h"

namespace crimux::vm {

// A certificate for one name, such as "IP:127.0.0.1", that signs itself.
struct Certificate {
  Certificate(const std::filesystem::path& folder, const std::string& name)
      : certificate(folder / "cert.pem"), key(folder / "key.pem") {
    Run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key.string(), "-out", certificate.string(), "-days", "2", "-subj",
         "/CN=crimux test", "-addext", "subjectAltName=" + name});
  }
  std::filesystem::path certificate;
  std::filesystem::path key;
};

}  // namespace crimux::vm
