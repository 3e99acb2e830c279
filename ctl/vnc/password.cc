#include "ctl/vnc/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "base/error.h"

namespace crimux::ctl {
namespace {

constexpr std::string_view kCharacters =
    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
constexpr size_t kKeySize = 8;

void Check(int result, std::string_view operation) {
  if (result != 1) throw Error(grpc::StatusCode::INTERNAL, operation, "", "OpenSSL failed");
}

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  Check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)),
        "get random bytes");
  return bytes;
}

unsigned char Reversed(unsigned char byte) {
  unsigned char reversed = 0;
  for (int bit = 0; bit < 8; ++bit) {
    reversed = static_cast<unsigned char>(reversed << 1 | ((byte >> bit) & 1));
  }
  return reversed;
}

// Triple DES with three times the same key is DES, which OpenSSL has no more by default.
std::string TripleKey(std::string_view password) {
  std::string key(kKeySize, '\0');
  for (size_t i = 0; i < kKeySize && i < password.size(); ++i) {
    key[i] = static_cast<char>(Reversed(static_cast<unsigned char>(password[i])));
  }
  return key + key + key;
}

}  // namespace

std::string RandomPassword() {
  // Bytes from here on would make some characters likelier than others.
  constexpr size_t kFair = 256 / kCharacters.size() * kCharacters.size();
  std::string password;
  while (password.size() < kKeySize) {
    auto byte = static_cast<unsigned char>(RandomBytes(1).front());
    if (byte < kFair) password.push_back(kCharacters[byte % kCharacters.size()]);
  }
  return password;
}

std::string RandomChallenge() { return RandomBytes(kChallengeSize); }

std::string ResponseTo(std::string_view challenge, std::string_view password) {
  std::string key = TripleKey(password);
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                          &EVP_CIPHER_CTX_free);
  auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  Check(EVP_EncryptInit_ex(context.get(), EVP_des_ede3_ecb(), nullptr, bytes(key), nullptr),
        "encrypt challenge");
  Check(EVP_CIPHER_CTX_set_padding(context.get(), 0), "encrypt challenge");
  std::string response(challenge.size(), '\0');
  int length = 0;
  Check(EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(response.data()), &length,
                          bytes(challenge), static_cast<int>(challenge.size())),
        "encrypt challenge");
  return response;
}

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace crimux::ctl
