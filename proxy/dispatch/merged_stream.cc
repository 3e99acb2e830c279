#include "proxy/dispatch/merged_stream.h"

#include <algorithm>
#include <utility>

namespace crimux::proxy {
namespace {

bool HasFailed(const ListSource& source) {
  return source.end() != nullptr && !source.end()->status.ok() && !source.IsLeftOut();
}

}  // namespace

MergedStream::MergedStream(IncomingCall& call, Backends& backends)
    : question_{call, backends, MethodNamed(call.method().traits.unary), {}, AskedAt(backends)} {
  question_.scope = ScopeOf(question_.list, call.request(), backends);
  for (const RuntimePtr& runtime : question_.scope.runtimes) {
    sources_.push_back(std::make_unique<ListSource>(
        question_, runtime, [this, i = sources_.size()] { Changed(*sources_[i]); }));
  }
  for (auto& source : sources_) source->Start();
  if (sources_.empty()) End({});
}

void MergedStream::Changed(const ListSource& source) {
  if (ended_) return;
  if (HasFailed(source)) return End(*source.end());
  Pass();
}

void MergedStream::Pass() {
  while (!sending_ && current_ < sources_.size()) {
    ListSource& source = *sources_[current_];
    if (auto message = source.Take()) {
      sending_ = true;
      question_.call.Send(std::move(*message), [this] {
        sending_ = false;
        Pass();
      });
    } else if (source.end() == nullptr) {
      return;
    } else if (HasFailed(source)) {
      return End(*source.end());
    } else {
      ++current_;
    }
  }
  if (sending_) return;
  bool nobody = std::all_of(sources_.begin(), sources_.end(),
                            [](const auto& source) { return source->IsLeftOut(); });
  End(nobody ? NobodysEnd() : RuntimeAnswer());
}

const RuntimeAnswer& MergedStream::NobodysEnd() const {
  auto away = std::find_if(sources_.begin(), sources_.end(), [](const auto& source) {
    return source->end()->status.error_code() != grpc::StatusCode::UNIMPLEMENTED;
  });
  return *(away == sources_.end() ? sources_.front() : *away)->end();
}

void MergedStream::End(const RuntimeAnswer& answer) {
  ended_ = true;
  question_.call.Reply(answer);
}

}  // namespace crimux::proxy
