// The last known lists on disk, and what a filter picks from them.
#include "proxy/lists/list_store.h"

#include <sys/stat.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "proxy/lists/filter.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"
#include "tests/proxy/node.h"

namespace crimux::proxy {
namespace {

namespace cri = runtime::v1;
using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds kQuick{5};
const std::string kEndpoint = "unix:///run/some.sock";

grpc::ByteBuffer Containers(const std::vector<std::string>& ids, bool shuffled = false) {
  cri::ListContainersResponse list;
  for (const std::string& id : ids) {
    cri::Container* container = list.add_containers();
    container->set_id(id);
    container->mutable_labels()->insert({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  }
  if (shuffled) std::reverse(list.mutable_containers()->begin(), list.mutable_containers()->end());
  return ToBuffer(list);
}

void Save(ListStore& store, const std::string& method, const grpc::ByteBuffer& list) {
  store.Save("some", kEndpoint, MethodNamed(method), list, system_clock::now());
}

// The ids of the containers that a store has of "some".
std::string Loaded(ListStore& store) {
  std::string ids;
  const StoredLists lists = store.Load("some", kEndpoint);
  for (const StoredList& stored : lists.lists()) {
    if (stored.method() != "ListContainers") continue;
    cri::ListContainersResponse list;
    REQUIRE(list.ParseFromString(stored.response()));
    for (const auto& container : list.containers()) ids += container.id() + " ";
  }
  return ids;
}

ino_t Inode(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

TEST_CASE("lists that were saved are there for the next store") {
  TemporaryDir dir;
  {
    ListStore store(dir.path() / "a" / "b", kQuick);
    Save(store, "ListContainers", Containers({"c1"}));
    Save(store, "ListContainers", Containers({"c1", "c2"}));
  }
  ListStore store(dir.path() / "a" / "b", kQuick);
  CHECK(Loaded(store) == "c1 c2 ");
  CHECK(store.Load("some", "unix:///run/other.sock").lists_size() == 0);
  CHECK(store.Load("other", kEndpoint).lists_size() == 0);
}

TEST_CASE("a list that was loaded stays until the runtime gives its own") {
  TemporaryDir dir;
  {
    ListStore store(dir.path(), kQuick);
    Save(store, "ListContainers", Containers({"c1"}));
  }
  {
    ListStore store(dir.path(), kQuick);
    store.Load("some", kEndpoint);
    Save(store, "ListPodSandbox", ToBuffer(cri::ListPodSandboxResponse()));
  }
  ListStore store(dir.path(), kQuick);
  CHECK(Loaded(store) == "c1 ");
}

TEST_CASE("a file is written again only when it lists something else") {
  TemporaryDir dir;
  std::filesystem::path file = dir.path() / "some.lists";
  ListStore store(dir.path(), kQuick);
  Save(store, "ListContainers", Containers({"c1", "c2"}));
  REQUIRE(Eventually([&] { return Loaded(store) == "c1 c2 "; }));
  ino_t first = Inode(file);
  Save(store, "ListContainers", Containers({"c1", "c2"}, true));
  Save(store, "ImageFsInfo", ToBuffer(cri::ImageFsInfoResponse()));
  // Long enough for several rounds of the writer.
  auto enough = std::chrono::steady_clock::now() + 20 * kQuick;
  Eventually([&] { return std::chrono::steady_clock::now() > enough; });
  CHECK(Inode(file) == first);
  Save(store, "ListContainers", Containers({"c1", "c2", "c3"}));
  CHECK(Eventually([&] { return Loaded(store) == "c1 c2 c3 "; }));
  CHECK(Inode(file) != first);
}

TEST_CASE("a damaged file is passed over and replaced") {
  TemporaryDir dir;
  std::ofstream(dir.path() / "some.lists") << "\x01not a message";
  {
    ListStore store(dir.path(), kQuick);
    CHECK(store.Load("some", kEndpoint).lists_size() == 0);
    Save(store, "ListContainers", Containers({"c1"}));
  }
  ListStore store(dir.path(), kQuick);
  CHECK(Loaded(store) == "c1 ");
}

TEST_CASE("from before the last boot only images are taken") {
  TemporaryDir dir;
  StoredLists lists;
  lists.set_version(1);
  lists.set_runtime("some");
  lists.set_endpoint(kEndpoint);
  lists.set_boot_id("another");
  for (const char* method : {"ListPodSandbox", "ListContainers", "ListImages", "ImageFsInfo"}) {
    lists.add_lists()->set_method(method);
  }
  WriteFileAtomically(dir.path() / "some.lists", lists.SerializeAsString());
  ListStore store(dir.path(), kQuick);
  auto loaded = store.Load("some", kEndpoint);
  REQUIRE(loaded.lists_size() == 2);
  CHECK(loaded.lists(0).method() == "ListImages");
  CHECK(loaded.lists(1).method() == "ImageFsInfo");
}

TEST_CASE("lists that can't be written are written once they can") {
  TemporaryDir dir;
  std::filesystem::path folder = dir.path() / "folder";
  std::ofstream(folder) << "in the way";
  ListStore store(folder, kQuick);
  Save(store, "ListContainers", Containers({"c1"}));
  std::filesystem::remove(folder);
  CHECK(Eventually([&] { return Loaded(store) == "c1 "; }));
}

TEST_CASE("a runtime that was taken out of the config leaves no lists") {
  TemporaryDir dir;
  ListStore store(dir.path(), kQuick);
  Save(store, "ListContainers", Containers({"c1"}));
  REQUIRE(Eventually([&] { return Loaded(store) == "c1 "; }));
  store.Remove("some");
  CHECK(store.Load("some", kEndpoint).lists_size() == 0);
  CHECK(Eventually([&] { return !std::filesystem::exists(dir.path() / "some.lists"); }));
}

TEST_CASE("images are picked by id, by name, and by name without its tag") {
  cri::ListImagesResponse images;
  auto* image = images.add_images();
  image->set_id("sha256:abc");
  image->add_repo_tags("example.org/a:latest");
  image->add_repo_digests("example.org/a@sha256:def");
  images.add_images()->set_id("sha256:other");
  auto picked = [&](const std::string& name) {
    cri::ImageFilter filter;
    filter.mutable_image()->set_image(name);
    auto left =
        ApplyFilter(MethodNamed("ListImages"), filter.SerializeAsString(), ToBuffer(images));
    REQUIRE(left);
    cri::ListImagesResponse response;
    REQUIRE(FromBuffer(*left, &response));
    return response.images_size();
  };
  CHECK(picked("sha256:abc") == 1);
  CHECK(picked("abc") == 1);
  CHECK(picked("example.org/a") == 1);
  CHECK(picked("example.org/a@sha256:def") == 1);
  CHECK(picked("example.org/b") == 0);
  CHECK(picked("") == 2);
}

TEST_CASE("a filter that isn't one picks nothing") {
  CHECK_FALSE(ApplyFilter(MethodNamed("ListContainers"), "\xff\xff", Containers({"c1"})));
  CHECK_FALSE(ApplyFilter(MethodNamed("ListContainers"), "\x0a\x01x", ToBuffer("\xff")));
}

}  // namespace
}  // namespace crimux::proxy
