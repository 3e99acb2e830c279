#pragma once

#include <curl/curl.h>

#include <string>

namespace crimux::vm {

// What a request shows the server: a bearer token, else a name and password (Basic), else nothing.
// curl shows it to the URL's own server alone, and to none that it is redirected to.
struct HttpAuth {
  std::string username = {};
  std::string password = {};
  std::string bearer = {};

  void Set(CURL* easy) const {
    if (!bearer.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, bearer.c_str());
    } else if (!username.empty() || !password.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(easy, CURLOPT_USERNAME, username.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, password.c_str());
    }
  }
};

}  // namespace crimux::vm
