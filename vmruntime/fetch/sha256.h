#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace crimux::vm {

// The sha256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();

  void Add(std::string_view bytes);
  // "sha256:<64 hex>" of all that was added. Ends the sum: once only.
  std::string Digest();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// The 64 hexadecimal digits of the sha256 of a text.
std::string Sha256Hex(std::string_view text);

}  // namespace crimux::vm
