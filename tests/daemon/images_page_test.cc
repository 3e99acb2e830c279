#include "daemon/images_page.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace crimux {
namespace {

namespace json = boost::json;

class StubImages : public vm::ImageStore {
 public:
  std::string Pull(const std::string&, const CallContext&, const vm::Credentials&) override {
    return "";
  }
  std::optional<vm::StoredImage> Find(const std::string&) const override { return std::nullopt; }
  std::vector<vm::StoredImage> List() const override {
    return {{.digest = "sha256:1",
             .tags = {"a:1"},
             .digests = {"a@sha256:2"},
             .size = 10,
             .virtual_size = 1ULL << 40,
             .format = "qcow2"}};
  }
  void Remove(const std::string&, const std::function<bool(const std::string&)>&) override {}
  vm::StoreUsage Usage() const override { return {}; }
  std::vector<vm::PullStatus> PullsUnderWay() const override {
    auto start = std::chrono::system_clock::time_point(std::chrono::seconds(86'400));
    return {{"a:2", "http://h/a", start, {vm::FetchPhase::kUnpacking, 5, 10, 2.4}},
            {"b", "http://h/b", start, {}}};
  }
};

TEST_CASE("the page of images tells of pulls and of what is there") {
  json::value page = json::parse(ImagesPage(StubImages()));
  json::object& pull = page.at("pulls").at(0).as_object();
  CHECK(pull["ageSeconds"].as_double() > 0);
  pull.erase("ageSeconds");
  CHECK(pull == json::parse(R"({"name": "a:2", "source": "http://h/a", "phase": "unpacking",
    "bytes": 5, "totalBytes": 10, "bytesPerSecond": 2, "started": "1970-01-02T00:00:00Z"})"));
  CHECK_FALSE(page.at("pulls").at(1).as_object().contains("totalBytes"));
  CHECK(page.at("images") == json::parse(R"([{"id": "sha256:1", "tags": ["a:1"],
    "digests": ["a@sha256:2"], "bytes": 10, "diskBytes": 1099511627776, "format": "qcow2"}])"));
}

}  // namespace
}  // namespace crimux
