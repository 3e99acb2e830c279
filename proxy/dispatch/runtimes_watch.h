#pragma once

#include <functional>
#include <list>
#include <string>
#include <utility>

namespace crimux::proxy {

// For what goes by the set of runtimes for long, as a stream of all their events does: calls back
// when another set takes its place, or crimux stops. Front thread.
class RuntimesWatch {
 public:
  using All = std::list<RuntimesWatch*>;

  // Until its destruction, which may happen in the callback.
  RuntimesWatch(All& all, std::function<void(const std::string& why)> ended)
      : all_(all), place_(all.insert(all.end(), this)), ended_(std::move(ended)) {}
  RuntimesWatch(const RuntimesWatch&) = delete;
  RuntimesWatch& operator=(const RuntimesWatch&) = delete;
  ~RuntimesWatch() { all_.erase(place_); }

  static void TellAll(const All& all, const std::string& why) {
    for (auto next = all.begin(); next != all.end();) {
      RuntimesWatch* watch = *next++;
      watch->ended_(why);
    }
  }

 private:
  All& all_;
  All::iterator place_;
  std::function<void(const std::string& why)> ended_;
};

}  // namespace crimux::proxy
