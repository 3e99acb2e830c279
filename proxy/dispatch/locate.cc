#include "proxy/dispatch/locate.h"

#include <fmt/format.h>

#include "proxy/dispatch/requests.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

// {filter: {id: …}}, of every list.
grpc::ByteBuffer ListRequest(const std::string& id) {
  runtime::v1::ListContainersRequest request;
  request.mutable_filter()->set_id(id);
  return ToBuffer(request);
}

}  // namespace

void Locate::Start(Object kind, std::string id, Found found) {
  kind_ = kind;
  id_ = std::move(id);
  found_ = std::move(found);
  const Method& list = ListOf(kind);
  grpc::ByteBuffer message = ListRequest(id_);
  fan_out_.Start(
      backends_.runtimes, [&](Runtime& runtime) { return Asked(call_, runtime, list, message); },
      FanOut::Patience{.overdue = backends_.overdue},
      [this](std::vector<RuntimeAnswer>& answers) { Conclude(answers); },
      [this](size_t index, RuntimeAnswer& answer) { Take(index, answer); });
}

void Locate::Take(size_t index, const RuntimeAnswer& answer) {
  if (!answer.status.ok()) return;
  Flat flat(answer.message);
  std::string_view item = FindBytes(flat.view(), {1});
  if (item.empty()) return;
  RuntimePtr owner = fan_out_.runtimes()[index];
  // Runtimes take abbreviated ids; only whole ones are worth remembering.
  std::string id(FindBytes(item, {1}));
  if (id == id_ && backends_.Find(owner.get()) != nullptr) {
    backends_.owners.Learn(kind_, std::move(id), owner.get());
  }
  fan_out_.Stop();
  found_(std::move(owner), grpc::Status::OK);
}

void Locate::Conclude(const std::vector<RuntimeAnswer>& answers) {
  grpc::Status status;
  for (size_t i = 0; i < answers.size() && status.ok(); ++i) {
    if (answers[i].status.ok()) continue;
    status = {grpc::StatusCode::UNAVAILABLE,
              fmt::format("\"{}\" is not known, and runtime \"{}\" can't be asked: {}", id_,
                          fan_out_.runtimes()[i]->name(), answers[i].status.error_message())};
  }
  found_(nullptr, status);
}

}  // namespace crimux::proxy
