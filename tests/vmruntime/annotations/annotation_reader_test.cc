#include "vmruntime/annotations/annotation_reader.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

constexpr Annotation kSome{"crimux.io/some", "VirtletSome"};

TEST_CASE("an annotation is read by our name or by Virtlet's") {
  AnnotationMap ours{{"crimux.io/some", "a"}};
  AnnotationMap virtlet{{"VirtletSome", "b"}};
  AnnotationMap neither;
  CHECK(AnnotationReader(ours).Text(kSome) == "a");
  CHECK(AnnotationReader(virtlet).Text(kSome) == "b");
  CHECK(AnnotationReader(neither).Text(kSome) == std::nullopt);
}

TEST_CASE("both names may stand side by side only with one value") {
  AnnotationMap same{{"crimux.io/some", "a"}, {"VirtletSome", "a"}};
  AnnotationMap two{{"crimux.io/some", "a"}, {"VirtletSome", "b"}};
  CHECK(AnnotationReader(same).Text(kSome) == "a");
  CHECK(Refusal([&] { AnnotationReader(two).Text(kSome); }) ==
        "read annotation \"crimux.io/some\": VirtletSome says something else");
}

TEST_CASE("our flags are true or false, and of Virtlet's only true is true") {
  AnnotationMap yes{{"crimux.io/some", "true"}};
  AnnotationMap no{{"crimux.io/some", "false"}};
  AnnotationMap odd{{"crimux.io/some", "yes"}};
  AnnotationMap virtlet{{"VirtletSome", "yes"}};
  CHECK(AnnotationReader(yes).Flag(kSome));
  CHECK_FALSE(AnnotationReader(no).Flag(kSome, true));
  CHECK_FALSE(AnnotationReader(virtlet).Flag(kSome, true));
  CHECK_THAT(Refusal([&] { AnnotationReader(odd).Flag(kSome); }),
             Contains("crimux.io/some") && Contains("\"yes\" is neither true nor false"));
}

TEST_CASE("an integer is refused with its bounds") {
  AnnotationMap good{{"VirtletSome", "-3"}};
  CHECK(AnnotationReader(good).Integer(kSome, -5, 5) == -3);
  for (const char* text : {"", "x", "1.5", "3 ", "99999999999999999999"}) {
    AnnotationMap bad{{"VirtletSome", text}};
    CHECK_THAT(Refusal([&] { AnnotationReader(bad).Integer(kSome, 0, 5); }),
               Contains("VirtletSome") && Contains("is not an integer"));
  }
  CHECK_THAT(Refusal([&] { AnnotationReader(good).Integer(kSome, 0, 5); }),
             Contains("-3 is not between 0 and 5"));
}

TEST_CASE("a size is a Kubernetes quantity") {
  AnnotationMap good{{"crimux.io/some", "1.5Gi"}};
  AnnotationMap bad{{"crimux.io/some", "1.5 GB"}};
  CHECK(AnnotationReader(good).Bytes(kSome) == 3ULL << 29);
  CHECK_THAT(Refusal([&] { AnnotationReader(bad).Bytes(kSome); }),
             Contains("\"1.5 GB\" is not a Kubernetes quantity"));
}

TEST_CASE("a word that is no choice is told what would be") {
  AnnotationMap good{{"crimux.io/some", "two"}};
  AnnotationMap bad{{"crimux.io/some", "Two"}};
  auto read = [](const AnnotationMap& map) {
    return AnnotationReader(map).Choice<int>(kSome, {{"one", 1}, {"two", 2}});
  };
  CHECK(read(good) == 2);
  CHECK_THAT(Refusal([&] { read(bad); }), Contains("\"Two\" is none of: one, two"));
}

TEST_CASE("broken YAML is refused with its place") {
  AnnotationMap bad{{"crimux.io/some", "a: 1\nb: [1"}};
  CHECK_THAT(Refusal([&] { AnnotationReader(bad).Yaml(kSome); }),
             Contains("crimux.io/some") && Contains("line "));
}

TEST_CASE("a crimux.io/ annotation that means nothing is refused; others are nobody's business") {
  AnnotationMap known{{"crimux.io/vcpus", "x"}, {"example.org/vcpu", "1"}, {"Virtlet", ""}};
  AnnotationMap unknown{{"crimux.io/vcpu", "1"}};
  CHECK_NOTHROW(AnnotationReader(known).RefuseUnknown());
  CHECK_THAT(Refusal([&] { AnnotationReader(unknown).RefuseUnknown(); }),
             Contains("\"crimux.io/vcpu\"") && Contains("knows no such annotation"));
}

}  // namespace
}  // namespace crimux::vm
