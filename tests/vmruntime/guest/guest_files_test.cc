#include "vmruntime/guest/guest_files.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"
#include "tests/vmruntime/guest/volumes.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

std::map<std::string, std::string> Contents(const std::vector<GuestFile>& files) {
  std::map<std::string, std::string> contents;
  for (const GuestFile& file : files) contents[file.path] = file.content;
  return contents;
}

std::vector<GuestFile> FilesOf(const AnnotationMap& annotations, const PodMounts& mounts) {
  return MakeGuestFiles(ReadGuestOptions(AnnotationReader(annotations)), mounts, {}, {}, "ns/pod");
}

const AnnotationMap kFromConfigMap{{"VirtletFilesFromDataSource", "configmap/files"}};

TEST_CASE("a guest gets the pod's environment, DNS, and the hosts that the kubelet mounts") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "etc-hosts", "10.1.2.3 web\n");
  auto files = MakeGuestFiles({}, {{"/etc/hosts", dir.path() / "etc-hosts"}}, {{"A", "b c"}},
                              {.servers = {"10.96.0.10"}, .searches = {"svc.local"}}, "ns/pod");
  CHECK(Contents(files) == std::map<std::string, std::string>{
                               {"/etc/hosts", "10.1.2.3 web\n"},
                               {"/etc/resolv.conf", "search svc.local\nnameserver 10.96.0.10\n"},
                               {"/etc/cloud/environment", "A=\"b c\"\n"}});
  CHECK(FilesOf({}, {}).empty());
}

TEST_CASE("resolv.conf has no line that the kubelet didn't mean") {
  CHECK(ResolvConf({.servers = {"10.0.0.1", "fd00::1", "evil\nnameserver 6.6.6.6", "name"},
                    .searches = {"a.b", "x y", "\n"},
                    .options = {"ndots:5", "a\nb"}}) ==
        "search a.b\nnameserver 10.0.0.1\nnameserver fd00::1\noptions ndots:5\n");
  CHECK(ResolvConf({}).empty());
}

TEST_CASE("files of a data source go where their paths say, base64 unless they are plain") {
  Volumes volumes;
  volumes.AddConfigMap("files", {{"locale", "LANG=C\n"},
                                 {"locale_path", "/etc/locale.conf\n"},
                                 {"locale_encoding", "plain"},
                                 {"host", "bXVsdGkgb2ZmCg=="},
                                 {"host_path", "/etc/host.conf"},
                                 {"unused", "x"}});
  CHECK(Contents(FilesOf(kFromConfigMap, volumes.mounts)) ==
        std::map<std::string, std::string>{{"/etc/locale.conf", "LANG=C\n"},
                                           {"/etc/host.conf", "multi off\n"}});
}

TEST_CASE("what is wrong in a data source is refused by annotation, source and key") {
  auto refusal = [](const std::map<std::string, std::string>& values) {
    Volumes volumes;
    volumes.AddConfigMap("files", values);
    return Refusal([&] { FilesOf(kFromConfigMap, volumes.mounts); });
  };
  CHECK_THAT(refusal({{"a_path", "/a"}}), Contains("crimux.io/files-source") &&
                                              Contains("configmap/files") &&
                                              Contains("it has a_path, but no a"));
  for (const char* path : {"", "relative", "/a/../b", "/dir/", "/a\nb", "/", "/a\x1b"}) {
    CHECK_THAT(refusal({{"a", ""}, {"a_path", path}}), Contains("no absolute path"));
  }
  CHECK_THAT(refusal({{"a", "x y"}, {"a_path", "/a"}}), Contains("not base64"));
  CHECK_THAT(refusal({{"a", ""}, {"a_path", "/a"}, {"a_encoding", "hex"}}),
             Contains("key a_encoding") && Contains("none of: base64, plain"));
  CHECK_THAT(refusal({{"a", "x"}}), Contains("no key that ends with _path"));
}

TEST_CASE("mounted ConfigMaps and Secrets are written only when the pod asks for it") {
  Volumes volumes;
  auto config = volumes.AddConfigMap("app", {{"app.conf", "x=1\n"}});
  volumes.AddSecret("key", {{"id", "s3cret"}});
  volumes.Add("kubernetes.io~projected", "token", {{"token", "t"}});
  volumes.Add("kubernetes.io~empty-dir", "data", {{"d", "d"}});
  std::filesystem::create_directories(volumes.path() / "volume-subpaths/app/c/0");
  WriteFileAtomically(volumes.path() / "volume-subpaths/app/c/1", "one");
  volumes.mounts.push_back({"/etc/one.conf", volumes.path() / "volume-subpaths/app/c/1"});
  CHECK(FilesOf({}, volumes.mounts).empty());

  auto files = FilesOf({{"crimux.io/write-mounts", "true"}}, volumes.mounts);
  CHECK(Contents(files) == std::map<std::string, std::string>{{"/run/app/app.conf", "x=1\n"},
                                                              {"/run/key/id", "s3cret"},
                                                              {"/etc/one.conf", "one"}});
  for (const GuestFile& file : files)
    CHECK(file.mode == (file.path == "/run/app/app.conf" ? 0644 : 0600));
}

TEST_CASE("folders of a volume are written with what is in them, and links don't lead out") {
  Volumes volumes;
  auto folder = volumes.AddConfigMap("app", {});
  std::filesystem::create_directories(folder / "..2026/sub/dir");
  WriteFileAtomically(folder / "..2026/sub/dir/f", "deep");
  std::filesystem::create_symlink("..data/sub", folder / "sub");
  AnnotationMap annotations{{"crimux.io/write-mounts", "true"}};
  CHECK(Contents(FilesOf(annotations, volumes.mounts)) ==
        std::map<std::string, std::string>{{"/run/app/sub/dir/f", "deep"}});
  std::filesystem::create_symlink("/etc/passwd", folder / "out");
  CHECK_THROWS_WITH(FilesOf(annotations, volumes.mounts), Contains("leads out"));
}

}  // namespace
}  // namespace crimux::vm
