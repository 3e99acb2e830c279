#include "vmruntime/image/translations.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "vmruntime/image/image_name.h"

namespace crimux::vm {
namespace {

using Rules = std::vector<ImageTranslation>;

class Table {
 public:
  explicit Table(Rules table) {
    config_.image_translations = std::move(table);
    translations_ = Translations(config_.image_translations);
  }
  ImageName Parse(const std::string& name) const {
    return ParseImageName(name, config_, translations_);
  }
  std::string Url(const std::string& name) const { return Parse(name).url; }
  std::string Error(const std::string& name) const {
    try {
      return "no error, but " + Url(name);
    } catch (const crimux::Error& e) {
      CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
      return e.what();
    }
  }

 private:
  VmConfig config_;
  Translations translations_;
};

TEST_CASE("an exact name leads to its URL, with tag or without") {
  Table table(Rules{{.name = "fw", .url = "https://h.io/$1.img"},
                    {.name = "fw:v2", .url = "https://h.io/never"},
                    {.name = "sw:v2", .url = "https://h.io/two"},
                    {.name = "sw", .url = "https://h.io/any"}});
  for (const char* name : {"vm.crimux.io/fw", "virtlet.cloud/fw:latest", "fw:v2"}) {
    CHECK(table.Url(name) == "https://h.io/$1.img");
  }
  CHECK(table.Url("vm.crimux.io/sw:v2") == "https://h.io/two");
  CHECK(table.Url("vm.crimux.io/sw:v3") == "https://h.io/any");
  CHECK(table.Url("vm.crimux.io/sw@sha256:" + std::string(64, 'a')) == "https://h.io/any");
  CHECK(table.Url("other.io/fw") == "https://other.io/fw");
  CHECK(table.Parse("fw").translation->name == "fw");
  CHECK(table.Parse("other.io/fw").translation == nullptr);
  CHECK(table.Parse("vm.crimux.io/fw:v7").tagged == "vm.crimux.io/fw:v7");
}

TEST_CASE("the groups of a regular expression go into its URL") {
  Table table(
      Rules{{.regexp = "debian/(\\d+)(-\\w+)?:(.*)", .url = "https://h.io/$1/${3}0/$2.$$$0"},
            {.regexp = "any-(.*)", .url = "https://h.io/$1"}});
  CHECK(table.Url("debian/12:v1") == "https://h.io/12/v10/.$debian/12:v1");
  CHECK(table.Url("debian/12-small:v1") == "https://h.io/12/v10/-small.$debian/12-small:v1");
  // The whole of the name counts.
  CHECK(table.Url("h.io/debian/12:v1") == "https://h.io/debian/12");
  CHECK(table.Url("any-thing:v1") == "https://h.io/thing");
}

TEST_CASE("the first translation that matches wins") {
  Table table(Rules{{.regexp = "a.*", .url = "https://h.io/first"},
                    {.name = "abc", .url = "https://h.io/second"}});
  CHECK(table.Url("abc") == "https://h.io/first");
  CHECK(table.Error("bc") == "parse image name \"bc\": it has no path after the host");
}

TEST_CASE("what a name brings into a URL is checked") {
  Table table(Rules{{.regexp = "p/(.*)", .url = "https://h.io/images/$1"},
                    {.regexp = "h/(.*)", .url = "https://$1/images"},
                    {.regexp = "f/(.*)", .url = "file:///srv/images/$1"}});
  CHECK(table.Url("p/a/b:v1") == "https://h.io/images/a/b");
  CHECK(table.Url("f/a/b") == "file:///srv/images/a/b");
  for (const char* name : {"p/../b", "p/a/..", "p/./b", "f/../../etc/shadow", "f/a/./b"}) {
    INFO(name);
    CHECK_THAT(table.Error(name), Catch::Contains("holds \".\" or \"..\""));
  }
  CHECK_THAT(table.Error("h/-x"), Catch::Contains("the host or its port is malformed"));
  CHECK_THAT(table.Error("p/a b"), Catch::Contains("holds characters that no image name holds"));
  CHECK_THAT(table.Error("p/a\nb"), Catch::Contains("holds characters that no image name holds"));
}

TEST_CASE("a hostile name takes linear time") {
  Table table(Rules{{.regexp = "(a+)+(a+)+(a+)+b", .url = "https://h.io/$1"}});
  CHECK(table.Url(std::string(1000, 'a') + ".io/x").starts_with("https://a"));
}

TEST_CASE("a name can be a file's path") {
  Table none(Rules{});
  CHECK(none.Url("vm.crimux.io/file/srv/images/fw.qcow2:v1") == "file:///srv/images/fw.qcow2");
  CHECK(none.Url("file/srv/0__46__57.img") == "file:///srv/FW.img");
  CHECK(none.Error("file") == "parse image name \"file\": it has no path");
  CHECK_THAT(none.Error("file/srv/../etc"), Catch::Contains("holds \".\" or \"..\""));
  CHECK_THAT(none.Error("file/srv/a__3f/b"), Catch::Contains("holds \"?\" or \"%\""));
  CHECK_THAT(none.Error("file/srv/0__252e__252e/b"), Catch::Contains("holds \"?\" or \"%\""));
}

}  // namespace
}  // namespace crimux::vm
