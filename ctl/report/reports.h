#pragma once

#include <string>

#include <boost/json.hpp>

namespace crimux::ctl {

// Pages of the status socket as tables for people, each in the file of its name. What a page leaves
// out is shown as "-".
std::string StatusReport(const boost::json::object& page);
std::string RuntimesReport(const boost::json::object& page);
std::string OwnersReport(const boost::json::object& page);
std::string CallsReport(const boost::json::object& page);
std::string ImagesReport(const boost::json::object& page);
// One answer of /explain; `what` is what was asked about: "image nginx".
std::string ExplainReport(const std::string& what, const boost::json::object& page);

// The table of runtimes, with their last errors below.
std::string RuntimesTable(const boost::json::array& runtimes);

}  // namespace crimux::ctl
