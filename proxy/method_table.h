#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/wire/texts.h"

namespace crimux::proxy {

// The two packages of the CRI, with the same messages as far as the older one goes. Clients and
// runtimes may speak either.
enum class Api { kV1, kV1Alpha2 };

// "runtime.v1".
std::string_view PackageOf(Api api);

// How a call finds the runtime, or runtimes, that answer it.
enum class Dispatch {
  kNewSandbox,     // by the routes; the answer tells the id
  kSandbox,        // to the owner of the sandbox
  kContainer,      // to the owner of the container
  kImage,          // by the routes, or to who holds the image
  kMerged,         // to all; the lists laid end to end
  kMergedStream,   // to all; the streams as one
  kEvents,         // to all, while every one of them has events
  kAll,            // to all; every one must succeed
  kDefault,        // to the default runtime
  kVersion,        // to the default runtime; in the client's API, and with the config's names
  kStatus,         // to all; combined by hand
  kRuntimeConfig,  // to the default runtime, or from the config
};

// What an id in a request or response, or an item of a list, is.
enum class Object { kNone, kSandbox, kContainer, kImage };

// What a method does with an id that every runtime denies.
enum class Unknown { kNotFound, kSucceeds };

// What a merged list does when some, but not all, runtimes lack the method.
enum class Lacking { kRefused, kLeftOut };

// What a merged list says of a runtime that can't be asked, being down or too slow: nothing, so the
// list fails; its last known list; or nothing of it, as an old figure would pass for a new one.
enum class Away { kFails, kStandIn, kLeftOut };

// The part of a row that most methods leave at its defaults. Numbers are field numbers.
struct Traits {
  // Request: the id, or the ImageSpec.
  uint32_t key = 0;
  Unknown unknown = Unknown::kNotFound;
  // The answer's field 1 is the id of a new one of these.
  Object creates = Object::kNone;
  // Success means that the id is gone.
  bool removes = false;
  // Success means that lists are no longer what they were.
  bool changes = false;
  // The answer's field 1 is a URL where the runtime serves a stream.
  bool answers_url = false;
  // Comes without a deadline and may rightly take for ever.
  bool unbounded = false;
  // Lists: what the items (field 1 of the answer) are or tell of, and in the filter (field 1 of the
  // request) the fields that name one of these and, for containers, one sandbox.
  Object items = Object::kNone;
  uint32_t filter_id = 0;
  uint32_t filter_sandbox = 0;
  // Lists: an unfiltered one tells all that a runtime has; its items' field 1 is the id.
  bool teaches = false;
  // Lists: items with the same field 1 are one.
  bool unique = false;
  Lacking lacking = Lacking::kRefused;
  Away away = Away::kFails;
  // Streams: the unary list that says the same.
  std::string_view unary = {};
  // Where image names stand in the request, and in the response or each message of a stream.
  const TextPlaces* names_in = nullptr;
  const TextPlaces* names_out = nullptr;
};

struct Method {
  std::string_view service;
  std::string_view name;
  Dispatch dispatch;
  Traits traits;
  // "/runtime.v1.RuntimeService/Version", and the same in runtime.v1alpha2.
  std::string path;
  std::string alpha_path;

  const std::string& PathIn(Api api) const { return api == Api::kV1 ? path : alpha_path; }
  // Whether it answers with a stream of messages.
  bool IsStream() const {
    return dispatch == Dispatch::kMergedStream || dispatch == Dispatch::kEvents;
  }
};

// All methods that crimux knows.
std::span<const Method> Methods();

// The method of a path, of runtime.v1 or v1alpha2; nullptr for one that the table lacks.
const Method* FindMethod(std::string_view path);

// The method of a name alone, "ListContainers"; nullptr likewise.
const Method* FindMethodNamed(std::string_view name);

// The same, for a name that must be in the table.
const Method& MethodNamed(std::string_view name);

// The list that tells all objects of that kind, which isn't kNone.
const Method& ListOf(Object kind);

}  // namespace crimux::proxy
