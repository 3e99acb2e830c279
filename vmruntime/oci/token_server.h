#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "config/image_sources.h"
#include "vmruntime/fetch/credentials.h"
#include "vmruntime/oci/challenge.h"

namespace crimux::vm {

struct BearerToken {
  std::string text;
  // When a new one is due.
  std::chrono::steady_clock::time_point end;
};

// Who asks a token server, and for what.
struct TokenRequest {
  // "https://registry.example.com": what may be asked in the clear follows from it.
  std::string registry;
  // Where the challenge names none.
  std::string scope;
  // Names the image in errors.
  std::string shown;
};

// Buys a token from the server that a registry's challenge names, with the credentials or, where
// there are none, as nobody (the Distribution project's token and OAuth2 protocols). Throws Error:
// PERMISSION_DENIED (the credentials are not good), FAILED_PRECONDITION (an answer that is no
// token, a token server without TLS for a registry that has it), and what Ask throws.
BearerToken BuyToken(const Challenge& challenge, const Credentials& credentials,
                     const ImageTransport& transport, const TokenRequest& request,
                     std::stop_token stop);

}  // namespace crimux::vm
