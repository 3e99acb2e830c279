#include "base/rollback.h"

#include <spdlog/spdlog.h>

#include <exception>

namespace crimux {

Rollback::~Rollback() {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    try {
      step->undo();
    } catch (const std::exception& e) {
      spdlog::error("undo {}: {}", step->name, e.what());
    }
  }
}

void Rollback::Add(std::string name, std::function<void()> undo) {
  steps_.push_back({std::move(name), std::move(undo)});
}

}  // namespace crimux
