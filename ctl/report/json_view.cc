#include "ctl/report/json_view.h"

#include "base/error.h"

namespace crimux::ctl {

namespace json = boost::json;

json::object ParsePage(const std::string& what, const std::string& text) {
  json::error_code fault;
  json::value page = json::parse(text, fault);
  if (fault.failed() || !page.is_object()) {
    throw Error(grpc::StatusCode::INTERNAL, "read " + what, "", "not a JSON object");
  }
  return page.as_object();
}

std::string TextAt(const json::value& value, const char* pointer) {
  boost::system::error_code absent;
  const json::value* found = value.find_pointer(pointer, absent);
  if (found == nullptr || found->is_null()) return "";
  if (found->is_string()) return found->as_string().c_str();
  return json::serialize(*found);
}

const json::array& ArrayAt(const json::object& object, const char* key) {
  static const json::array kNone;
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

std::optional<double> NumberAt(const json::value& value, const char* pointer) {
  boost::system::error_code absent;
  const json::value* found = value.find_pointer(pointer, absent);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

std::chrono::nanoseconds SecondsAt(const json::value& value, const char* pointer) {
  std::chrono::duration<double> seconds(NumberAt(value, pointer).value_or(0));
  return std::chrono::duration_cast<std::chrono::nanoseconds>(seconds);
}

}  // namespace crimux::ctl
