#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "config/image_sources.h"

namespace crimux::vm {

// What a transport, and the URL that it is for, say to a transfer. Must live as long as the
// transfer.
class TransportOptions {
 public:
  // Throws Error (INVALID_ARGUMENT) for a URL that curl can't read.
  TransportOptions(const std::string& url, const ImageTransport& transport);

  void AddHeader(const std::string& line);
  void Set(CURL* easy) const;

 private:
  // Asks for transport_.server_name, but connects to the URL's host.
  void RenameHost();

  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, Free>;

  std::string url_;
  const ImageTransport transport_;
  List connect_to_;
  List headers_;
};

}  // namespace crimux::vm
