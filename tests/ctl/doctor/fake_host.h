#pragma once

#include <filesystem>
#include <fstream>
#include <map>

#include "base/error.h"
#include "ctl/doctor/checks.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {

// Answers without any runtime, by endpoint.
class FakeQuestions final : public CriQuestions {
 public:
  std::string CgroupDriver(const std::string& endpoint) override {
    auto found = drivers.find(endpoint);
    if (found != drivers.end()) return found->second;
    throw Error(grpc::StatusCode::UNAVAILABLE, "ask", endpoint, "not there");
  }
  std::vector<std::string> Handlers(const std::string& endpoint) override {
    return handlers[endpoint];
  }

  std::map<std::string, std::string> drivers;
  std::map<std::string, std::vector<std::string>> handlers;
};

// A machine in a folder: files and processes as a test makes them.
class FakeHost {
 public:
  std::filesystem::path Path(const std::string& path) const { return dir_.path() / path.substr(1); }

  void Write(const std::string& path, const std::string& content, unsigned mode = 0644) {
    std::filesystem::create_directories(Path(path).parent_path());
    std::ofstream(Path(path)) << content;
    Chmod(path, mode);
  }
  void WriteProgram(const std::string& path) { Write(path, "", 0755); }
  void MakeFolder(const std::string& path, unsigned mode) {
    std::filesystem::create_directories(Path(path));
    Chmod(path, mode);
  }
  void Chmod(const std::string& path, unsigned mode) {
    std::filesystem::permissions(Path(path), static_cast<std::filesystem::perms>(mode));
  }
  void AddProcess(int pid, const std::vector<std::string>& arguments) {
    std::string line;
    for (const std::string& argument : arguments) line += argument + '\0';
    Write("/proc/" + std::to_string(pid) + "/cmdline", line);
  }

  // Of all that has been made so far.
  Patient MakePatient() {
    return {.host = host,
            .config = config,
            .config_source = "/etc/crimux/crimux.yaml",
            .kubelet = ReadKubeletSettings(host),
            .cri = cri,
            .status_error = "ask status socket: nobody there",
            .kvm_fault = [] { return ""; },
            .runtime_classes = []() -> std::string {
              throw Error(grpc::StatusCode::NOT_FOUND, "ask API server", "", "no kubectl");
            }};
  }

 private:
  TemporaryDir dir_;

 public:
  Host host{dir_.path(), "/usr/sbin:/usr/bin"};
  Config config = DefaultConfig();
  FakeQuestions cri;
};

// "ok kubelet: uses ...", one a line; then "-> remedy".
inline std::string Told(const Findings& findings) {
  static const std::map<Verdict, std::string> kNames = {{Verdict::kOk, "ok"},
                                                        {Verdict::kWarning, "warning"},
                                                        {Verdict::kFailed, "failed"},
                                                        {Verdict::kSkipped, "skipped"}};
  std::string text;
  for (const Finding& finding : findings) {
    text += kNames.at(finding.verdict) + " " + finding.check + ": " + finding.what + "\n";
    if (!finding.remedy.empty()) text += "-> " + finding.remedy + "\n";
  }
  return text;
}

}  // namespace crimux::ctl
