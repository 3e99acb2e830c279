// POST /explain: a subject as JSON, and the page about it.
#include "config/config.h"
#include "proxy/status/pages.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

void Explain(const std::string& body) {
  static const proxy::Router router(DefaultConfig());
  static const proxy::ImageHolders images;
  proxy::StatusReply reply = proxy::ExplainPage(router, images, body);
  Require(reply.code == 200 || reply.code == 400, "it is explained or refused");
  if (reply.code == 400) return Require(!reply.body.empty(), "a refusal has a reason");
  boost::json::value page = boost::json::parse(reply.render());
  bool refused = page.at("decidedBy") == "refused";
  Require(refused == page.at("runtime").as_string().empty(), "what isn't refused goes somewhere");
  Require(page.at("routes").as_array().size() == router.routes().size(), "every route is judged");
}

}  // namespace

std::vector<std::string> Seeds() {
  return {R"({"handler":"vm","namespace":"default","labels":{"a":"b"}})",
          R"({"image":"vm.crimux.io/x","annotations":{"kubernetes.io/target-runtime":"moon"}})",
          R"({"image":"sha256:0123456789ab"})",
          R"({"image":1})",
          "[",
          ""};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Explain(std::string(crimux::fuzz::Text(data, size)));
  return 0;
}
