#include "proxy/front/call_book.h"

namespace crimux::proxy {
namespace {

// Names come from clients: past this many, new ones count as "other".
constexpr size_t kMostUnknown = 64;

}  // namespace

void CallBook::End(const Method& method, grpc::StatusCode code) {
  --in_flight_;
  ++counts_[method.name][code];
}

bool CallBook::EndUnknown(const std::string& path) {
  --in_flight_;
  bool room = unknown_.size() < kMostUnknown || unknown_.contains(path);
  return ++unknown_[room ? path : "other"] == 1;
}

}  // namespace crimux::proxy
