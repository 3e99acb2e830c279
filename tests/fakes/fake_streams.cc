// What a fake runtime's streams carry without a script.
#include "proxy/method_table.h"
#include "proxy/wire/fields.h"
#include "tests/fakes/fake_cri.h"

namespace crimux {

FakeAnswer FakeCri::Streams(const FakeCall& call) {
  if (call.method == "GetContainerEvents") return {.holds = true};
  FakeCall list = call;
  list.method = proxy::MethodNamed(call.method).traits.unary;
  FakeAnswer answer = Usual(list);
  if (!answer.status.ok()) return answer;
  // One item to a message.
  std::string items = answer.messages.empty() ? "" : answer.messages.front();
  answer.messages.clear();
  proxy::Fields fields(items);
  while (fields.Next()) answer.messages.emplace_back(fields.raw());
  return answer;
}

}  // namespace crimux
