#include "proxy/dispatch/fan_out.h"

namespace crimux::proxy {

void FanOut::Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make,
                   AllCallback all, EachCallback each) {
  runtimes_ = runtimes;
  all_ = std::move(all);
  each_ = std::move(each);
  missing_ = runtimes.size();
  answers_.resize(runtimes.size());
  for (size_t i = 0; i < runtimes_.size(); ++i) {
    calls_.push_back(runtimes_[i]->Start(
        make(*runtimes_[i]), [this, i](RuntimeAnswer answer) { Take(i, std::move(answer)); }));
  }
}

void FanOut::Stop() {
  calls_.clear();
  missing_ = 0;
}

void FanOut::Take(size_t index, RuntimeAnswer answer) {
  answers_[index] = std::move(answer);
  --missing_;
  if (each_) {
    each_(index, answers_[index]);
    if (calls_.empty()) return;
  }
  if (missing_ == 0) all_(answers_);
}

}  // namespace crimux::proxy
