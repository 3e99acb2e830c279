#include "ctl/kubelet/image_name.h"

#include <regex>

#include "base/error.h"

namespace crimux::ctl {
namespace {

// Longer ones are refused before they are matched; the kubelet's limit for a name is 255.
constexpr size_t kLongest = 512;

struct Parts {
  bool has_tag = false;
  bool has_digest = false;
  std::string tag;
};

// [domain/]path[:tag][@digest], as container image references are defined.
const std::regex& Grammar() {
  static const std::string label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
  static const std::string domain = label + "(?:\\." + label + ")*(?::[0-9]+)?";
  static const std::string component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  static const std::regex grammar(
      "(?:" + domain + "/)?" + component + "(?:/" + component + ")*" +
      "(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?" +
      "(@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z0-9]+)*:[0-9a-fA-F]{32,})?");
  return grammar;
}

Parts Parse(const std::string& image) {
  std::smatch match;
  if (image.size() > kLongest || !std::regex_match(image, match, Grammar())) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read image name", image,
                "not a valid reference; it has the form [host[:port]/]name[:tag][@digest], the "
                "name in lower case");
  }
  return {.has_tag = match[1].matched, .has_digest = match[2].matched, .tag = match[1].str()};
}

}  // namespace

std::string NormalImageName(const std::string& image) {
  Parts parts = Parse(image);
  return parts.has_tag || parts.has_digest ? image : image + ":latest";
}

std::string DefaultPullPolicy(const std::string& image) {
  Parts parts = Parse(image);
  bool latest = parts.has_tag ? parts.tag == "latest" : !parts.has_digest;
  return latest ? "Always" : "IfNotPresent";
}

}  // namespace crimux::ctl
