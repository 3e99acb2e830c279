#include "config/read_images.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>

namespace crimux {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kSmallestImage = 1LL << 20;
constexpr int64_t kLargestImage = 1LL << 60;
constexpr milliseconds kShortestTransfer{1000};
constexpr milliseconds kLongestTransfer{7 * 24 * 3'600'000LL};
constexpr int kMostRedirects = 50;
constexpr int kMostRetries = 1000;
constexpr milliseconds kLongestGrace{24 * 3'600'000LL};

std::string ReadProxy(const YamlValue& value) {
  std::string proxy = value.NonEmptyString();
  bool good = proxy == "none";
  for (std::string_view scheme : {"http://", "https://", "socks5://", "socks5h://"}) {
    good = good || (proxy.starts_with(scheme) && proxy.size() > scheme.size());
  }
  if (!good) value.Fail("must be \"none\" or a URL of http, https, socks5 or socks5h");
  return proxy;
}

std::string ReadServerName(const YamlValue& value) {
  std::string name = value.NonEmptyString();
  bool good = name.size() <= 253 && name.find_first_not_of(
                                        "abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789.-") == std::string::npos;
  if (!good) value.Fail(fmt::format("must be a host name, not \"{}\"", name));
  return name;
}

ImageTransport ReadTransport(const YamlValue& value) {
  ImageTransport transport;
  ImageTransport* to = &transport;
  ReadFields(
      value,
      {{"timeout",
        [=](const YamlValue& v) { to->timeout = v.Duration(kShortestTransfer, kLongestTransfer); }},
       {"retries",
        [=](const YamlValue& v) { to->retries = static_cast<int>(v.Integer(0, kMostRetries)); }},
       {"redirects",
        [=](const YamlValue& v) {
          to->redirects = static_cast<int>(v.Integer(0, kMostRedirects));
        }},
       {"proxy", [=](const YamlValue& v) { to->proxy = ReadProxy(v); }},
       {"caFile", [=](const YamlValue& v) { to->ca_file = v.AbsolutePath(); }},
       {"certificate", [=](const YamlValue& v) { to->certificate = v.AbsolutePath(); }},
       {"key", [=](const YamlValue& v) { to->key = v.AbsolutePath(); }},
       {"serverName", [=](const YamlValue& v) { to->server_name = ReadServerName(v); }},
       {"insecure", [=](const YamlValue& v) { to->insecure = v.Bool(); }}});
  if (transport.certificate.empty() != transport.key.empty()) {
    value.Fail("needs certificate and key, or neither");
  }
  return transport;
}

std::string ReadRegexp(const YamlValue& value) {
  std::string text = value.NonEmptyString();
  RE2 regexp(text, RE2::Quiet);
  if (!regexp.ok()) value.Fail(fmt::format("is no regular expression: {}", regexp.error()));
  return text;
}

std::string ReadUrl(const YamlValue& value) {
  std::string url = value.NonEmptyString();
  bool good = false;
  for (std::string_view scheme : {"http://", "https://", "file:///", "oci://", "oci-http://"}) {
    good = good || (url.starts_with(scheme) && url.size() > scheme.size());
  }
  if (!good) value.Fail("must be a URL of http, https, file, oci or oci-http");
  return url;
}

std::string ReadSha256(const YamlValue& value) {
  std::string hex = value.String();
  bool good = hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good) value.Fail("must be 64 lower-case hexadecimal digits");
  return "sha256:" + hex;
}

// Each "$" of the URL means something.
void CheckGroups(const ImageTranslation& translation, const YamlValue& url) {
  if (translation.regexp.empty()) return;
  int groups = RE2(translation.regexp, RE2::Quiet).NumberOfCapturingGroups();
  static const RE2 kReference(R"(\$(?:(\$)|\{?(\d{1,3})\}?)?)");
  re2::StringPiece rest(translation.url);
  re2::StringPiece dollar;
  re2::StringPiece number;
  while (RE2::FindAndConsume(&rest, kReference, &dollar, &number)) {
    if (!dollar.empty()) continue;
    if (number.empty()) url.Fail("has a \"$\" that is followed by neither a number nor \"$\"");
    if (std::stoi(std::string(number)) > groups) {
      url.Fail(fmt::format("names the group ${}; the regexp has {}", std::string(number), groups));
    }
  }
}

std::vector<std::filesystem::path> ReadFolders(const YamlValue& value) {
  std::vector<std::filesystem::path> folders;
  for (const YamlValue& item : value.Items()) folders.push_back(item.AbsolutePath());
  return folders;
}

}  // namespace

void ImageKeys::ReadTransports(const YamlValue& value) {
  for (const YamlValue::Entry& entry : value.Entries()) {
    vm_->image_transports.emplace(entry.key, ReadTransport(entry.value));
  }
}

void ImageKeys::ReadTranslation(const YamlValue& value) {
  ImageTranslation translation;
  ImageTranslation* to = &translation;
  std::optional<YamlValue> url;
  ReadFields(value, {{"name", [=](const YamlValue& v) { to->name = v.NonEmptyString(); }},
                     {"regexp", [=](const YamlValue& v) { to->regexp = ReadRegexp(v); }},
                     {"url", [&](const YamlValue& v) { to->url = ReadUrl(url.emplace(v)); }},
                     {"sha256", [=](const YamlValue& v) { to->digest = ReadSha256(v); }},
                     {"size",
                      [=](const YamlValue& v) {
                        to->size = static_cast<uint64_t>(v.Quantity(1, kLargestImage));
                      }},
                     {"format",
                      [=](const YamlValue& v) {
                        to->format = v.Choice({"qcow2", "raw", "vmdk", "vdi", "vhdx"});
                      }},
                     {"transport", [&](const YamlValue& v) {
                        to->transport = v.NonEmptyString();
                        transports_.push_back(v);
                      }}});
  if (translation.name.empty() == translation.regexp.empty()) {
    value.Fail("needs a name or a regexp, and not both");
  }
  if (!url) value.Fail("has no url");
  CheckGroups(translation, *url);
  if (translation.url.starts_with("file:")) file_urls_.push_back(*url);
  vm_->image_translations.push_back(std::move(translation));
}

std::vector<YamlField> ImageKeys::Fields() {
  VmConfig* vm = vm_;
  return {{"imagePrefixes", [=](const YamlValue& v) { vm->image_prefixes = v.Strings(); }},
          {"imageScheme",
           [=](const YamlValue& v) {
             vm->image_scheme = v.Choice({"https", "http"});
           }},
          {"imageSizeLimit",
           [=](const YamlValue& v) {
             vm->image_size_limit =
                 static_cast<uint64_t>(v.Quantity(kSmallestImage, kLargestImage));
           }},
          {"imagePullGrace",
           [=](const YamlValue& v) {
             vm->image_pull_grace = v.Duration(milliseconds{0}, kLongestGrace);
           }},
          {"imageCaFile", [=](const YamlValue& v) { vm->image_ca_file = v.AbsolutePath(); }},
          {"imageFolders", [=](const YamlValue& v) { vm->image_folders = ReadFolders(v); }},
          {"imageTransports", [this](const YamlValue& v) { ReadTransports(v); }},
          {"imageTranslations", [this](const YamlValue& v) {
             for (const YamlValue& item : v.Items()) ReadTranslation(item);
           }}};
}

void ImageKeys::Finish() const {
  for (const YamlValue& value : transports_) {
    if (vm_->image_transports.contains(value.String())) continue;
    std::vector<std::string> names;
    for (const auto& [name, transport] : vm_->image_transports) names.push_back(name);
    value.Fail(fmt::format("no transport \"{}\" in imageTransports; there are {}", value.String(),
                           names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
  }
  for (const YamlValue& value : file_urls_) {
    std::string path = value.String().substr(std::string_view("file://").size());
    path = path.substr(0, path.find('$'));
    bool below = std::any_of(vm_->image_folders.begin(), vm_->image_folders.end(),
                             [&](const std::filesystem::path& folder) {
                               return path.starts_with((folder / "").native());
                             });
    if (!below) value.Fail("is not below one of imageFolders");
  }
}

}  // namespace crimux
