#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/method_table.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// Which runtime a sandbox or container belongs to. Learned from the answers that create them and
// from lists; both kinds have ids of their own. Front thread.
class Owners {
 public:
  // A point in the sequence of learning, for LearnList.
  using Moment = uint64_t;

  // nullptr when not known.
  Runtime* Find(Object kind, const std::string& id) const;
  void Learn(Object kind, std::string id, Runtime* runtime);
  void Forget(Object kind, const std::string& id);

  Moment Now() const { return now_; }
  // These are all that the runtime has: what it had before `since` and isn't among them is
  // forgotten. What was learned after `since` may be too new for the list and stays.
  void LearnList(Object kind, Runtime* runtime, const std::vector<std::string_view>& ids,
                 Moment since);

  // Forgets all that belongs to a runtime.
  void Drop(const Runtime* runtime);

  size_t Count(Object kind, const Runtime* runtime) const;
  std::vector<std::string> Ids(Object kind, const Runtime* runtime) const;

 private:
  struct Owner {
    Runtime* runtime = nullptr;
    Moment learned = 0;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Map = std::unordered_map<std::string, Owner, Hash, std::equal_to<>>;

  const Map& Of(Object kind) const { return kind == Object::kSandbox ? sandboxes_ : containers_; }
  Map& Of(Object kind) { return kind == Object::kSandbox ? sandboxes_ : containers_; }

  Map sandboxes_;
  Map containers_;
  Moment now_ = 0;
};

}  // namespace crimux::proxy
