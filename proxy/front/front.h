#pragma once

#include <functional>
#include <memory>
#include <set>

#include "proxy/dispatch/backends.h"
#include "proxy/front/call_book.h"
#include "proxy/front/listener.h"
#include "proxy/http2/connection.h"

namespace crimux::proxy {

// Takes clients from the listener, and hands their calls to the dispatcher. Front thread.
class Front {
 public:
  Front(Loop& loop, Listener& listener, Backends& backends)
      : loop_(loop), listener_(listener), backends_(backends) {}
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
  ~Front() { CloseAll(); }

  // Takes calls from here on.
  void Open();

  // Refuses new clients and calls, and calls `idle` once there are none. Once.
  void Drain(std::function<void()> idle);

  // Ends all calls there are.
  void CloseAll();

  Backends& backends() { return backends_; }
  const CallBook& book() const { return book_; }

  // For ServerCall. `method` is nullptr for an unknown one; `path` is as it came.
  void Began(OpenCall& call, const Method* method);
  void WentTo(OpenCall& call, const std::string& runtime) { book_.SetRuntime(call, runtime); }
  void Ended(OpenCall& call, grpc::StatusCode code, const std::string& path);

 private:
  using Client = std::shared_ptr<http2::Connection>;

  void Welcome(UniqueFd socket);
  void Gone(http2::Connection& client);

  Loop& loop_;
  Listener& listener_;
  Backends& backends_;
  CallBook book_;
  std::set<Client> clients_;
  std::function<void()> idle_;
};

}  // namespace crimux::proxy
