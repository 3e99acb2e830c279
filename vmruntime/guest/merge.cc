#include "vmruntime/guest/merge.h"

#include <boost/json/value.hpp>

namespace crimux::vm {
namespace {

using boost::json::object;
using boost::json::value;

void MergeInto(value& base, const value& over) {
  if (base.is_object() && over.is_object()) {
    for (const auto& [key, item] : over.get_object()) {
      auto [place, inserted] = base.get_object().emplace(key, item);
      if (!inserted) MergeInto(place->value(), item);
    }
  } else if (base.is_array() && over.is_array()) {
    auto& list = base.get_array();
    list.insert(list.end(), over.get_array().begin(), over.get_array().end());
  } else {
    base = over;
  }
}

}  // namespace

object MergeMaps(object base, const object& over) {
  value merged(std::move(base));
  MergeInto(merged, over);
  return std::move(merged.get_object());
}

}  // namespace crimux::vm
