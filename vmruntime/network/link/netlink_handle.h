#pragma once

#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include <memory>
#include <string>

#include "base/error.h"

// libnl's objects as owners that free them.
namespace crimux::vm {

template <auto Free>
struct NlFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using NlAddr = std::unique_ptr<nl_addr, NlFree<nl_addr_put>>;
using NlCache = std::unique_ptr<nl_cache, NlFree<nl_cache_free>>;
using NlMessage = std::unique_ptr<nl_msg, NlFree<nlmsg_free>>;
using NlLink = std::unique_ptr<rtnl_link, NlFree<rtnl_link_put>>;
using NlAddress = std::unique_ptr<rtnl_addr, NlFree<rtnl_addr_put>>;
using NlRoute = std::unique_ptr<rtnl_route, NlFree<rtnl_route_put>>;

inline void NlCheck(int result, const std::string& operation, const std::string& object) {
  if (result < 0) throw Error(grpc::INTERNAL, operation, object, nl_geterror(result));
}

// Text of an address with its prefix length.
std::string NlCidr(nl_addr* address);
// Text of an address alone.
std::string NlIp(nl_addr* address);
NlAddr NlParse(const std::string& text, int family = AF_UNSPEC);

// Calls `each` with every object of a filled cache.
template <typename Object, typename Each>
void NlForEach(nl_cache* cache, Each&& each) {
  for (nl_object* o = nl_cache_get_first(cache); o != nullptr; o = nl_cache_get_next(o)) {
    each(reinterpret_cast<Object*>(o));
  }
}

}  // namespace crimux::vm
