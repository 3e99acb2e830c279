#include "daemon/images_page.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace crimux {
namespace {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

std::string Timestamp(Clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(Clock::to_time_t(time)));
}

json::object Describe(const vm::PullStatus& pull) {
  std::chrono::duration<double> age = Clock::now() - pull.started;
  json::object object{{"name", pull.name},
                      {"source", pull.source},
                      {"phase", vm::NameOf(pull.progress.phase)},
                      {"bytes", pull.progress.bytes},
                      {"bytesPerSecond", std::llround(pull.progress.rate)},
                      {"started", Timestamp(pull.started)},
                      {"ageSeconds", std::max(age.count(), 0.0)}};
  if (pull.progress.total) object["totalBytes"] = *pull.progress.total;
  return object;
}

json::object Describe(const vm::StoredImage& image) {
  return {{"id", image.digest},
          {"tags", json::value_from(image.tags)},
          {"digests", json::value_from(image.digests)},
          {"bytes", image.size},
          {"diskBytes", image.virtual_size},
          {"format", image.format}};
}

}  // namespace

std::string ImagesPage(const vm::ImageStore& images) {
  json::array pulls;
  json::array stored;
  for (const vm::PullStatus& pull : images.PullsUnderWay()) pulls.push_back(Describe(pull));
  for (const vm::StoredImage& image : images.List()) stored.push_back(Describe(image));
  json::object page{{"pulls", std::move(pulls)}, {"images", std::move(stored)}};
  return json::serialize(page) + "\n";
}

}  // namespace crimux
