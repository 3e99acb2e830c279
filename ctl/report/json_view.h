#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/json.hpp>

namespace crimux::ctl {

// A page of the status socket. `what` names it in the error: Throws Error (INTERNAL) for what is no
// JSON object.
boost::json::object ParsePage(const std::string& what, const std::string& text);

// The value at a JSON pointer, as text; empty when there is none. Pages of an older or newer
// crimuxd may lack something, which is then shown as nothing.
std::string TextAt(const boost::json::value& value, const char* pointer);

// Empty when there is none.
const boost::json::array& ArrayAt(const boost::json::object& object, const char* key);

// A number; nullopt when there is none.
std::optional<double> NumberAt(const boost::json::value& value, const char* pointer);

// A number of seconds; zero when there is none.
std::chrono::nanoseconds SecondsAt(const boost::json::value& value, const char* pointer);

}  // namespace crimux::ctl
