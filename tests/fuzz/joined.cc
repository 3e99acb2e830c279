// Lists of two runtimes laid end to end; of those whose items count once, no item twice. An input
// is a part with the first answer, and the second.
#include <set>

#include "proxy/dispatch/join.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

std::string Joined(const char* method, std::string_view first, std::string_view second) {
  std::vector<proxy::RuntimeAnswer> answers(2);
  answers[0].message = proxy::ToBuffer(first);
  answers[1].message = proxy::ToBuffer(second);
  proxy::RuntimeAnswer answer = JoinLists(proxy::MethodNamed(method), answers);
  Require(answer.status.ok(), "two answers join");
  return std::string(proxy::Flat(answer.message).view());
}

void Check(std::string_view first, std::string_view second) {
  std::string both = std::string(first) + std::string(second);
  Require(Joined("ListContainers", first, second) == both, "lists are laid end to end");
  std::string unique = Joined("ListMetricDescriptors", first, second);
  Require(unique.size() <= both.size(), "nothing is added");
  runtime::v1::ListMetricDescriptorsResponse before;
  runtime::v1::ListMetricDescriptorsResponse after;
  if (!before.ParseFromString(both)) return;
  Require(after.ParseFromString(unique), "a list stays one");
  std::set<std::string> names;
  for (const auto& item : before.descriptors()) names.insert(item.name());
  Require(names.size() == static_cast<size_t>(after.descriptors_size()), "each name once");
}

}  // namespace

std::vector<std::string> Seeds() {
  runtime::v1::ListMetricDescriptorsResponse descriptors;
  descriptors.add_descriptors()->set_name("cpu");
  descriptors.add_descriptors()->set_name("memory");
  std::string list = descriptors.SerializeAsString();
  return {Part(list) + list, Part(SampleSandboxes()) + SampleContainers()};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = crimux::fuzz::Text(data, size);
  std::string_view first = crimux::fuzz::TakePart(&rest);
  crimux::fuzz::Check(first, rest);
  return 0;
}
