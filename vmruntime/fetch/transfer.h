#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace crimux::vm {

// One transfer of libcurl that can be stopped at once, whatever it waits for. Set its options on
// easy(), then Run it, once.
class Transfer {
 public:
  Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  CURL* easy() const { return easy_.get(); }
  // curl's result; nullopt when `stop` was requested first.
  std::optional<CURLcode> Run(std::stop_token stop);
  // What curl says about a failure, beyond its code.
  std::string message() const { return message_.data(); }

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace crimux::vm
