// Who owns which sandbox or container.
#include "proxy/routing/owners.h"

#include <catch2/catch.hpp>

#include "tests/proxy/stub_runtime.h"

namespace crimux::proxy {
namespace {

constexpr Object kSandbox = Object::kSandbox;
constexpr Object kContainer = Object::kContainer;

using Ids = std::vector<std::string>;

struct Books {
  StubRuntime a{"a"};
  StubRuntime b{"b"};
  Owners owners;
};

TEST_CASE("Owners: what was learned is found, by its kind") {
  Books books;
  CHECK(books.owners.Find(kSandbox, "1") == nullptr);
  books.owners.Learn(kSandbox, "1", &books.a);
  books.owners.Learn(kContainer, "1", &books.b);
  CHECK(books.owners.Find(kSandbox, "1") == &books.a);
  CHECK(books.owners.Find(kContainer, "1") == &books.b);
  CHECK(books.owners.Find(kSandbox, "2") == nullptr);
}

TEST_CASE("Owners: an empty id is nobody's") {
  Books books;
  books.owners.Learn(kSandbox, "", &books.a);
  books.owners.LearnList(kSandbox, &books.a, {""}, books.owners.Now());
  CHECK(books.owners.Find(kSandbox, "") == nullptr);
  CHECK(books.owners.Count(kSandbox, &books.a) == 0);
}

TEST_CASE("Owners: the last to tell of an id owns it") {
  Books books;
  books.owners.Learn(kSandbox, "1", &books.a);
  books.owners.Learn(kSandbox, "1", &books.b);
  CHECK(books.owners.Find(kSandbox, "1") == &books.b);
  CHECK(books.owners.Count(kSandbox, &books.a) == 0);
  books.owners.LearnList(kSandbox, &books.a, {"1"}, books.owners.Now());
  CHECK(books.owners.Find(kSandbox, "1") == &books.a);
}

TEST_CASE("Owners: what is forgotten is gone from its kind alone") {
  Books books;
  books.owners.Learn(kSandbox, "1", &books.a);
  books.owners.Learn(kContainer, "1", &books.a);
  books.owners.Forget(kSandbox, "1");
  books.owners.Forget(kSandbox, "nobody");
  CHECK(books.owners.Find(kSandbox, "1") == nullptr);
  CHECK(books.owners.Find(kContainer, "1") == &books.a);
}

TEST_CASE("Owners: a list takes away what it lacks, from its runtime alone") {
  Books books;
  books.owners.Learn(kContainer, "1", &books.a);
  books.owners.Learn(kContainer, "2", &books.a);
  books.owners.Learn(kContainer, "3", &books.b);
  books.owners.Learn(kSandbox, "2", &books.a);
  books.owners.LearnList(kContainer, &books.a, {"1", "4"}, books.owners.Now());
  CHECK(books.owners.Ids(kContainer, &books.a) == Ids{"1", "4"});
  CHECK(books.owners.Ids(kContainer, &books.b) == Ids{"3"});
  CHECK(books.owners.Ids(kSandbox, &books.a) == Ids{"2"});
}

TEST_CASE("Owners: a list does not take away what is newer than the question") {
  Books books;
  books.owners.Learn(kSandbox, "old", &books.a);
  Owners::Moment asked = books.owners.Now();
  books.owners.Learn(kSandbox, "new", &books.a);
  books.owners.LearnList(kSandbox, &books.a, {}, asked);
  CHECK(books.owners.Ids(kSandbox, &books.a) == Ids{"new"});
  // Nor what another list told meanwhile.
  asked = books.owners.Now();
  books.owners.LearnList(kSandbox, &books.a, {"new", "newer"}, asked);
  books.owners.LearnList(kSandbox, &books.a, {"new"}, asked);
  CHECK(books.owners.Ids(kSandbox, &books.a) == Ids{"new", "newer"});
}

TEST_CASE("Owners: a runtime that is dropped owns nothing, others what they did") {
  Books books;
  books.owners.Learn(kSandbox, "1", &books.a);
  books.owners.Learn(kContainer, "2", &books.a);
  books.owners.Learn(kContainer, "3", &books.b);
  books.owners.Drop(&books.a);
  CHECK(books.owners.Count(kSandbox, &books.a) == 0);
  CHECK(books.owners.Count(kContainer, &books.a) == 0);
  CHECK(books.owners.Find(kContainer, "2") == nullptr);
  CHECK(books.owners.Find(kContainer, "3") == &books.b);
}

TEST_CASE("Owners: ids come sorted") {
  Books books;
  for (const char* id : {"c", "a", "b"}) books.owners.Learn(kSandbox, id, &books.a);
  CHECK(books.owners.Ids(kSandbox, &books.a) == Ids{"a", "b", "c"});
  CHECK(books.owners.Count(kSandbox, &books.a) == 3);
}

}  // namespace
}  // namespace crimux::proxy
