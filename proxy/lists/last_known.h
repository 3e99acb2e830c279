#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "proxy/lists/list_store.h"
#include "proxy/method_table.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The last complete lists that each runtime gave, to stand in for it while it can't be asked: what
// drops out of a list is, to the kubelet, a pod that died. Those of runtimes behind sockets are on
// disk too. Front thread.
class LastKnown {
 public:
  // A point in the sequence of changes.
  using Moment = uint64_t;

  struct List {
    grpc::ByteBuffer answer;
    std::chrono::system_clock::time_point taken;
    Moment asked = 0;
    // Which connection to the runtime it came by; 0: from disk.
    uint64_t connection = 0;
  };

  // The store must outlive it.
  explicit LastKnown(ListStore& store) : store_(store) {}

  // What the disk has of a runtime, by the method's name.
  const std::map<std::string_view, List>& Load(const Runtime& runtime);

  Moment Now() const { return now_; }
  // Something of the runtime was made, changed or removed through us: its lists are of the past.
  void NoteChange(const Runtime& runtime);

  // `asked` is from before the runtime was asked.
  void Keep(const Method& list, const Runtime& runtime, const grpc::ByteBuffer& answer,
            Moment asked);

  // Adds what was made since: `one` is a list of just that. Where nothing is known yet, or the
  // runtime has listed it while it was still making it, nothing is added.
  void Add(const Method& list, const Runtime& runtime, const grpc::ByteBuffer& one);

  // nullptr when there is none.
  const List* Find(const Method& list, const Runtime& runtime) const;
  // Whether nothing was changed through us since that list was asked for.
  bool IsCurrent(const Method& list, const Runtime& runtime) const;
  const std::map<std::string_view, List>& Of(const Runtime& runtime) const;

  // What was kept under these names is now of these runtimes; all else is forgotten, on disk too.
  void Reassign(const std::map<std::string, RuntimePtr>& runtimes);

 private:
  struct Known {
    // By the method's name, which lives in the method table.
    std::map<std::string_view, List> lists;
    Moment changed = 0;
  };

  void SaveAll(const Runtime& runtime);

  ListStore& store_;
  std::map<std::string, Known> known_;
  Moment now_ = 0;
};

}  // namespace crimux::proxy
