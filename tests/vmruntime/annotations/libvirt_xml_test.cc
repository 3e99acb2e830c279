#include "vmruntime/annotations/libvirt_xml.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

const std::vector<std::string> kAllowed = {"cputune", "devices/sound", "devices/disk",
                                           "devices/disk/source@file", "features/pmu"};

std::vector<XmlPatch> Read(const std::string& xml,
                           const std::vector<std::string>& allowed = kAllowed) {
  AnnotationMap annotations{{"crimux.io/libvirt-xml", xml}};
  return ReadLibvirtXml(AnnotationReader(annotations), allowed);
}

std::string RefusalOf(const std::string& xml) {
  return Refusal([&] { Read(xml); });
}

TEST_CASE("elements that the config allows are taken, each with its place") {
  auto patches = Read(
      "<?xml version='1.0'?><domain>\n <!-- no comment -->\n"
      " <cputune><shares>512</shares></cputune>\n"
      " <devices><sound model='ich9'/></devices>\n"
      " <features><pmu state='off'/></features></domain>");
  REQUIRE(patches.size() == 3);
  CHECK(patches[0].parent.empty());
  CHECK(patches[0].element == "<cputune><shares>512</shares></cputune>");
  CHECK(patches[1].parent == "devices");
  CHECK(patches[1].element == "<sound model=\"ich9\"/>");
  CHECK(patches[2].parent == "features");
}

TEST_CASE("without a word of the config no XML is taken") {
  CHECK_THAT(Refusal([] { Read("<domain/>", {}); }),
             Contains("\"crimux.io/libvirt-xml\"") && Contains("libvirtXmlElements"));
  AnnotationMap none;
  CHECK(ReadLibvirtXml(AnnotationReader(none), {}).empty());
}

TEST_CASE("what the config does not allow is refused by its path") {
  CHECK_THAT(RefusalOf("<domain><name>x</name></domain>"), Contains("element name is not allowed"));
  CHECK_THAT(RefusalOf("<domain><devices><hostdev/></devices></domain>"),
             Contains("element devices/hostdev is not allowed"));
  CHECK_THAT(RefusalOf("<domain type='kvm'/>"), Contains("domain cannot have attributes"));
  CHECK_THAT(RefusalOf("<domain><devices x='y'/></domain>"), Contains("devices cannot have"));
  CHECK_THAT(RefusalOf("<domain>text</domain>"), Contains("text outside"));
  CHECK_THAT(RefusalOf("<cputune/>"), Contains("not one element, domain"));
  CHECK_THAT(RefusalOf("<domain><cputune>"), Contains("at character"));
  CHECK_THAT(RefusalOf(""), Contains("at character"));
}

TEST_CASE("no path of the host gets in but where the config names the place") {
  CHECK(Read("<domain><devices><disk><source file='/srv/a'/></disk></devices></domain>").size() ==
        1);
  CHECK_THAT(RefusalOf("<domain><devices><disk><source dev='/dev/sda'/></disk></devices></domain>"),
             Contains("devices/disk/source@dev is \"/dev/sda\"; paths are not allowed"));
  CHECK_THAT(RefusalOf("<domain><cputune><x>&#47;etc</x></cputune></domain>"),
             Contains("cputune/x@text is \"/etc\""));
  CHECK_THAT(RefusalOf("<domain><cputune><![CDATA[../x]]></cputune></domain>"),
             Contains("paths are not allowed"));
  CHECK_THAT(RefusalOf("<domain><cputune><q:arg value='x'/></cputune></domain>"),
             Contains("namespaces are not allowed"));
  CHECK_THAT(RefusalOf("<domain><cputune xmlns='x'/></domain>"), Contains("namespaces"));
}

TEST_CASE("XML without end is refused") {
  std::string deep;
  for (int i = 0; i < 20; ++i) deep = "<x>" + deep + "</x>";
  CHECK_THAT(RefusalOf("<domain><cputune>" + deep + "</cputune></domain>"),
             Contains("nested too deeply"));
  CHECK_THAT(RefusalOf("<domain><cputune>" + std::string(70'000, 'x') + "</cputune></domain>"),
             Contains("longer than"));
}

}  // namespace
}  // namespace crimux::vm
