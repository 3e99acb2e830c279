#include "base/fresh_thread.h"

#include <exception>
#include <thread>

namespace crimux {

void RunOnFreshThread(const std::function<void()>& work) {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace crimux
