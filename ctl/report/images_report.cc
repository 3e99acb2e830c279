#include <fmt/format.h>

#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

// "sha256:" and this much of the digest tell images apart.
constexpr size_t kShortId = 19;

std::string Bytes(const json::value& value, const char* pointer) {
  std::optional<double> bytes = NumberAt(value, pointer);
  return bytes ? FormatBytes(*bytes) : "";
}

// "12.5MiB of 104.0MiB (12 %)"
std::string Done(const json::value& pull) {
  std::string done = Bytes(pull, "/bytes");
  std::optional<double> total = NumberAt(pull, "/totalBytes");
  if (!total || *total <= 0) return done;
  return fmt::format("{} of {} ({:.0f} %)", done, FormatBytes(*total),
                     100 * NumberAt(pull, "/bytes").value_or(0) / *total);
}

std::string Pulls(const json::array& pulls) {
  if (pulls.empty()) return "No pulls under way.\n";
  Table table({"IMAGE", "SOURCE", "PHASE", "DONE", "PER SECOND", "AGE"});
  for (const json::value& pull : pulls) {
    table.Add({TextAt(pull, "/name"), TextAt(pull, "/source"), TextAt(pull, "/phase"), Done(pull),
               Bytes(pull, "/bytesPerSecond"), FormatAge(SecondsAt(pull, "/ageSeconds"))});
  }
  return "Pulls under way:\n" + table.ToString();
}

// Its tags; the digests it was pulled by, where it has none.
std::vector<std::string> Names(const json::value& image) {
  std::vector<std::string> names;
  for (const char* key : {"tags", "digests"}) {
    if (!names.empty() || !image.is_object()) break;
    for (const json::value& name : ArrayAt(image.as_object(), key)) {
      names.push_back(TextAt(name, ""));
    }
  }
  if (names.empty()) names.emplace_back();
  return names;
}

std::string Stored(const json::array& images) {
  if (images.empty()) return "";
  Table table({"IMAGE", "ID", "SIZE", "DISK", "FORMAT"});
  for (const json::value& image : images) {
    for (const std::string& name : Names(image)) {
      table.Add({name, TextAt(image, "/id").substr(0, kShortId), Bytes(image, "/bytes"),
                 Bytes(image, "/diskBytes"), TextAt(image, "/format")});
    }
  }
  return "\nImages:\n" + table.ToString();
}

}  // namespace

std::string ImagesReport(const json::object& page) {
  return Pulls(ArrayAt(page, "pulls")) + Stored(ArrayAt(page, "images"));
}

}  // namespace crimux::ctl
