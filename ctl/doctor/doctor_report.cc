#include "ctl/doctor/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include <boost/json.hpp>

namespace crimux::ctl {
namespace {

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kFailed:
      return "FAILED";
    case Verdict::kSkipped:
      break;
  }
  return "skipped";
}

size_t Count(const Findings& findings, Verdict verdict) {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.verdict == verdict; }));
}

}  // namespace

std::string DoctorReport(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<8} {:<12} {}\n", Name(finding.verdict), finding.check, finding.what);
    if (!finding.remedy.empty()) text += fmt::format("{:<21} -> {}\n", "", finding.remedy);
  }
  return text + fmt::format("\n{} ok, {} failed, {} warnings, {} skipped\n",
                            Count(findings, Verdict::kOk), Count(findings, Verdict::kFailed),
                            Count(findings, Verdict::kWarning), Count(findings, Verdict::kSkipped));
}

std::string DoctorJson(const Findings& findings) {
  boost::json::array list;
  for (const Finding& finding : findings) {
    std::string verdict(Name(finding.verdict));
    std::transform(verdict.begin(), verdict.end(), verdict.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    list.push_back({{"verdict", verdict},
                    {"check", finding.check},
                    {"what", finding.what},
                    {"remedy", finding.remedy}});
  }
  return boost::json::serialize(boost::json::object{{"findings", std::move(list)}}) + "\n";
}

bool HasFailure(const Findings& findings) { return Count(findings, Verdict::kFailed) > 0; }

}  // namespace crimux::ctl
