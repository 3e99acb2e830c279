#include "vmruntime/annotations/exec_options.h"

#include <algorithm>
#include <filesystem>

namespace crimux::vm {
namespace {

// What a user's name may be made of: it goes to the guest as it is.
bool IsUserName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return c > ' ' && c != 0x7f && c != ':' && c != '/';
  });
}

std::string SshKey(const AnnotationReader& reader) {
  auto path = reader.Text(annotation::kSshKey);
  if (path && !std::filesystem::path(*path).is_absolute()) {
    reader.Refuse(annotation::kSshKey, "it is not an absolute path in the container");
  }
  return path.value_or("");
}

}  // namespace

ExecOptions ReadExecOptions(const AnnotationReader& reader) {
  ExecOptions options;
  options.way = reader
                    .Choice<ExecWay>(annotation::kExec, {{"auto", ExecWay::kAuto},
                                                         {"agent", ExecWay::kAgent},
                                                         {"ssh", ExecWay::kSsh},
                                                         {"none", ExecWay::kNone}})
                    .value_or(options.way);
  options.ssh_user = reader.Text(annotation::kSshUser).value_or(options.ssh_user);
  if (!IsUserName(options.ssh_user)) {
    reader.Refuse(annotation::kSshUser, "it is not a user's name");
  }
  options.ssh_key = SshKey(reader);
  return options;
}

}  // namespace crimux::vm
