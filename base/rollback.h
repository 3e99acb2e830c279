#pragma once

#include <functional>
#include <string>
#include <vector>

namespace crimux {

// Makes a sequence of creating steps all-or-nothing: after each step, Add what undoes it; after the
// last one, Commit. Without Commit the destructor undoes the steps in reverse order. A step that
// cannot be undone is logged under its name, and the others are still undone.
class Rollback {
 public:
  Rollback() = default;
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;
  ~Rollback();

  void Add(std::string name, std::function<void()> undo);
  void Commit() { steps_.clear(); }

 private:
  struct Step {
    std::string name;
    std::function<void()> undo;
  };
  std::vector<Step> steps_;
};

}  // namespace crimux
