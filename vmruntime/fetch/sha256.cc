#include "vmruntime/fetch/sha256.h"

#include <absl/strings/escaping.h>

#include <array>

#include "base/error.h"

namespace crimux::vm {
namespace {

void Check(bool succeeded) {
  if (!succeeded) {
    throw Error(grpc::StatusCode::INTERNAL, "compute sha256", "", "OpenSSL refused");
  }
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  Check(context_ != nullptr);
  Check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::Add(std::string_view bytes) {
  Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::Digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  Check(EVP_DigestFinal_ex(context_.get(), sum.data(), &size) == 1);
  std::string bytes(reinterpret_cast<const char*>(sum.data()), size);
  return "sha256:" + absl::BytesToHexString(bytes);
}

std::string Sha256Hex(std::string_view text) {
  Sha256 sum;
  sum.Add(text);
  std::string digest = sum.Digest();
  return digest.substr(digest.find(':') + 1);
}

}  // namespace crimux::vm
