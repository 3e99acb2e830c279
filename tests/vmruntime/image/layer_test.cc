#include "vmruntime/image/layer.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/image/tars.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using Kind = TarEntry::Kind;
using Names = std::vector<std::string>;

class Layers {
 public:
  LayerContent List(const std::string& tar, LayerKind kind = LayerKind::kImage) {
    WriteFileAtomically(file(), tar);
    return ListLayer({file(), kind, "the image"}, {});
  }
  std::string Refused(const std::string& tar, LayerKind kind = LayerKind::kImage) {
    try {
      List(tar, kind);
    } catch (const Error& e) {
      CHECK(e.code() == StatusCode::FAILED_PRECONDITION);
      return e.what();
    }
    return "";
  }
  std::string Extract(const std::string& tar, const std::string& disk, uint64_t limit = 1U << 30) {
    WriteFileAtomically(file(), tar);
    std::filesystem::remove(to());
    ExtractFromLayer({file(), LayerKind::kImage, "the image"}, disk, to(), limit, {});
    return ReadFile(to());
  }
  std::filesystem::path file() const { return folder_.path() / "tar"; }
  std::filesystem::path to() const { return folder_.path() / "disk"; }

 private:
  TemporaryDir folder_;
};

TEST_CASE_METHOD(Layers, "the disk of a container image is what lies right below /disk") {
  std::vector<TarEntry> entries = {{"disk/", "", Kind::kFolder},
                                   {"disk/fw.qcow2", "bytes"},
                                   {"disk/deeper/", "", Kind::kFolder},
                                   {"disk/deeper/x", "no"},
                                   {"diskette/x", "no"},
                                   {"etc/passwd", "no"},
                                   {"etc/link", "", Kind::kSymlink, "passwd"}};
  CHECK(List(TarOf(entries)).disks == Names{"disk/fw.qcow2"});
  CHECK(List(TarOf({{"./disk/a", "1"}, {"/disk/b", "2"}})).disks == Names{"disk/a", "disk/b"});
  CHECK(List(TarOf({{"etc/passwd", "no"}})).disks.empty());
  CHECK(List(TarOf({})).disks.empty());
}

TEST_CASE_METHOD(Layers, "the disk of an artifact is any file") {
  CHECK(List(TarOf({{"a/", "", Kind::kFolder}, {"a/fw.qcow2", "x"}}), LayerKind::kArtifact).disks ==
        Names{"a/fw.qcow2"});
  CHECK_THAT(Refused(TarOf({{"a", "", Kind::kSymlink, "/etc/passwd"}}), LayerKind::kArtifact),
             Catch::EndsWith("\"a\" is no regular file"));
}

TEST_CASE_METHOD(Layers, "whiteouts hide what lower layers have") {
  LayerContent one = List(TarOf({{"disk/.wh.old.img", ""}, {"disk/new.img", "x"}}));
  CHECK(one.disks == Names{"disk/new.img"});
  CHECK(one.removed == std::set<std::string>{"old.img"});
  CHECK_FALSE(one.hides_lower);
  CHECK(List(TarOf({{".wh.disk", ""}})).hides_lower);
  CHECK(List(TarOf({{"disk/.wh..wh..opq", ""}})).hides_lower);
  CHECK(List(TarOf({{".wh..wh..opq", ""}})).hides_lower);
  LayerContent other = List(TarOf({{"etc/.wh.disk", ""}, {".wh.etc", ""}}));
  CHECK_FALSE(other.hides_lower);
  CHECK(other.removed.empty());
}

TEST_CASE_METHOD(Layers, "a link, device or file where the disk should be is refused") {
  std::string start = "look for the disk in \"the image\": ";
  for (Kind kind : {Kind::kSymlink, Kind::kHardLink, Kind::kDevice}) {
    CHECK(Refused(TarOf({{"disk/x", "", kind, "/etc/shadow"}})) ==
          start + "\"/disk/x\" is no regular file");
  }
  CHECK(Refused(TarOf({{"disk", "", Kind::kSymlink, "/etc"}})) == start + "its /disk is no folder");
  CHECK(Refused(TarOf({{"disk", "bytes"}})) == start + "its /disk is no folder");
}

TEST_CASE_METHOD(Layers, "names that lead elsewhere are names of nothing") {
  LayerContent content = List(TarOf({{"../disk/x", "1"},
                                     {"disk/../../etc/cron.d/x", "2"},
                                     {"/etc/passwd", "3"},
                                     {"a/../disk/x", "4"},
                                     {"disk/..", "", Kind::kFolder}}));
  CHECK(content.disks.empty());
  // Only ever the content of an entry whose name is the same is written, to our own file.
  CHECK(Extract(TarOf({{"../disk/x", "1"}, {"disk/x", "2"}}), "disk/x") == "2");
}

TEST_CASE_METHOD(Layers, "too many disks, and a tar that is cut short, are refused") {
  std::vector<TarEntry> many;
  for (int i = 0; i < 200; ++i) many.push_back({"disk/" + std::to_string(i), "x"});
  CHECK_THAT(Refused(TarOf(many)), Catch::EndsWith("it holds too many files"));
  std::string tar = TarOf({{"disk/x", std::string(4096, 'x')}});
  CHECK_THAT(Refused(tar.substr(0, 2000)), Catch::Contains("damaged tar"));
  tar[150] = '9';  // the checksum
  CHECK_THAT(Refused(tar), Catch::Contains("damaged tar"));
}

TEST_CASE_METHOD(Layers, "a disk is extracted with holes, within the limit") {
  std::string bytes = "start" + std::string(8U << 20, '\0') + "end";
  std::string tar = TarOf({{"a", "1"}, {"./disk/x", bytes}, {"b", "2"}});
  CHECK(Extract(tar, "disk/x") == bytes);
  struct stat info {};
  REQUIRE(::stat(to().c_str(), &info) == 0);
  CHECK(static_cast<size_t>(info.st_blocks) * 512 < bytes.size() / 2);
  CHECK((info.st_mode & 07777) == 0644);
  CHECK_THROWS_WITH(Extract(tar, "disk/x", 1U << 20),
                    "look for the disk in \"the image\": larger than the limit of 1048576 bytes");
}

TEST_CASE_METHOD(Layers, "a tar that ends with its last file's last byte is filled up") {
  std::string tar = TarOf({{"disk/x", std::string(700, 'x')}}).substr(0, 512 + 700);
  CHECK_THAT(Refused(tar), Catch::Contains("damaged tar"));
  PadTar(file());
  CHECK(std::filesystem::file_size(file()) == 1536);
  CHECK(ListLayer({file(), LayerKind::kImage, "the image"}, {}).disks == Names{"disk/x"});
  CHECK(Extract(ReadFile(file()), "disk/x") == std::string(700, 'x'));
}

TEST_CASE_METHOD(Layers, "a tar is known by its magic") {
  WriteFileAtomically(file(), TarOf({{"a", "1"}}));
  CHECK(IsTar(file()));
  for (const std::string& other : {std::string(), std::string(300, 'u'), std::string(10, 'x')}) {
    WriteFileAtomically(file(), other);
    CHECK_FALSE(IsTar(file()));
  }
}

}  // namespace
}  // namespace crimux::vm
