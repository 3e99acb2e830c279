#include "proxy/lists/last_known.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

// Whether the list has the item that is alone in `one`.
bool Lists(const grpc::ByteBuffer& list, const grpc::ByteBuffer& one) {
  Flat all(list);
  Flat single(one);
  std::vector<std::string_view> ids = ItemIds(all.view());
  return std::find(ids.begin(), ids.end(), FindBytes(single.view(), {1, 1})) != ids.end();
}

bool IsRemote(const Runtime& runtime) { return runtime.endpoint().starts_with("unix:"); }

}  // namespace

const std::map<std::string_view, LastKnown::List>& LastKnown::Load(const Runtime& runtime) {
  Known& known = known_[runtime.name()];
  if (!IsRemote(runtime)) return known.lists;
  const StoredLists stored = store_.Load(runtime.name(), runtime.endpoint());
  for (const StoredList& list : stored.lists()) {
    const Method& method = MethodNamed(list.method());
    std::chrono::milliseconds taken(list.taken_unix_ms());
    known.lists[method.name] = {ToBuffer(list.response()),
                                std::chrono::system_clock::time_point(taken), 0};
  }
  return known.lists;
}

void LastKnown::NoteChange(const Runtime& runtime) { known_[runtime.name()].changed = ++now_; }

void LastKnown::Keep(const Method& list, const Runtime& runtime, const grpc::ByteBuffer& answer,
                     Moment asked) {
  auto taken = std::chrono::system_clock::now();
  known_[runtime.name()].lists[list.name] = {answer, taken, asked, runtime.health().connections};
  if (IsRemote(runtime)) store_.Save(runtime.name(), runtime.endpoint(), list, answer, taken);
}

void LastKnown::Add(const Method& list, const Runtime& runtime, const grpc::ByteBuffer& one) {
  auto& lists = known_[runtime.name()].lists;
  auto found = lists.find(list.name);
  if (found == lists.end()) return;
  List& kept = found->second;
  if (Lists(kept.answer, one)) return;
  kept.answer = Concatenate({kept.answer, one});
  if (!IsRemote(runtime)) return;
  store_.Save(runtime.name(), runtime.endpoint(), list, kept.answer, kept.taken);
}

const LastKnown::List* LastKnown::Find(const Method& list, const Runtime& runtime) const {
  const auto& lists = Of(runtime);
  auto found = lists.find(list.name);
  return found == lists.end() ? nullptr : &found->second;
}

bool LastKnown::IsCurrent(const Method& list, const Runtime& runtime) const {
  const List* kept = Find(list, runtime);
  return kept != nullptr && known_.find(runtime.name())->second.changed <= kept->asked;
}

const std::map<std::string_view, LastKnown::List>& LastKnown::Of(const Runtime& runtime) const {
  static const std::map<std::string_view, List> none;
  auto known = known_.find(runtime.name());
  return known == known_.end() ? none : known->second.lists;
}

void LastKnown::Reassign(const std::map<std::string, RuntimePtr>& runtimes) {
  std::map<std::string, Known> kept;
  std::vector<RuntimePtr> renamed;
  for (auto& [name, known] : known_) {
    auto found = runtimes.find(name);
    bool gone = found == runtimes.end();
    if (gone || found->second->name() != name) store_.Remove(name);
    if (gone) continue;
    if (found->second->name() != name) renamed.push_back(found->second);
    kept[found->second->name()] = std::move(known);
  }
  known_ = std::move(kept);
  for (const RuntimePtr& runtime : renamed) SaveAll(*runtime);
}

void LastKnown::SaveAll(const Runtime& runtime) {
  if (!IsRemote(runtime)) return;
  for (const auto& [method, list] : Of(runtime)) {
    store_.Save(runtime.name(), runtime.endpoint(), MethodNamed(method), list.answer, list.taken);
  }
}

}  // namespace crimux::proxy
