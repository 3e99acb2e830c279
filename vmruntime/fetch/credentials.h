#pragma once

#include <string>

namespace crimux::vm {

// What a pull secret holds: a name and a password, or a token. Never in a log, an error, a file or
// a program's arguments.
struct Credentials {
  std::string username = {};
  std::string password = {};
  // Buys tokens from a registry's token server (OAuth2's refresh token).
  std::string identity_token = {};
  // Shown as it is (a bearer token).
  std::string registry_token = {};
  // The server that they are for, or what the names of its images begin with; empty: any.
  std::string server = {};

  bool empty() const {
    return username.empty() && password.empty() && identity_token.empty() && registry_token.empty();
  }
};

}  // namespace crimux::vm
