#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/call_context.h"
#include "vmruntime/image/fetched_image.h"

namespace crimux::vm {

// One fetch for all who want the same at the same time. A fetch runs on a thread of its own and
// belongs to those who wait for it: it goes on while one of them is left, whoever was the first,
// and is stopped when the last one leaves. A fetch that has ended is not shared any more: who comes
// later starts a new one.
class SharedFetches {
 public:
  using Image = std::shared_ptr<const FetchedImage>;
  // Runs on the fetch's thread; throws when it fails. Returns soon after a stop request.
  using Fetch = std::function<Image(std::stop_token)>;

  // What the fetch under `key` came to; starts it when there is none. Rethrows its exception.
  // Throws Error (CANCELLED, DEADLINE_EXCEEDED) about `object` when the caller leaves before. The
  // last caller returns only when nothing of the fetch is left.
  Image Get(const std::string& key, const std::string& object, const Fetch& fetch,
            const CallContext& context);

 private:
  struct Flight;

  std::shared_ptr<Flight> JoinOrStart(const std::string& key, const Fetch& fetch);
  void Land(Flight& flight, const Fetch& fetch, std::stop_token stop);

  std::mutex mutex_;  // over flights_ and what is in a Flight
  std::condition_variable_any landed_;
  std::map<std::string, std::weak_ptr<Flight>> flights_;
};

// Throws DEADLINE_EXCEEDED or CANCELLED when the caller has left.
void ThrowIfOver(const CallContext& context, const std::string& object);

}  // namespace crimux::vm
