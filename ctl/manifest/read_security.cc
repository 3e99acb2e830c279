#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

constexpr int64_t kLargestId = 2'147'483'647;

SeccompProfile ReadSeccomp(const YamlValue& value) {
  SeccompProfile profile;
  ReadFields(value, {Choice("type", &profile.type, {"RuntimeDefault", "Unconfined", "Localhost"}),
                     Text("localhostProfile", &profile.localhost_profile)});
  if (profile.type.empty()) value.Fail("has no type");
  if ((profile.type == "Localhost") == profile.localhost_profile.empty()) {
    value.Fail("localhostProfile goes with type Localhost, and only with it");
  }
  return profile;
}

// The kubelet looks into the image for these; a profile would have to be loaded.
std::vector<YamlField> RefusedFields() {
  return {Unsupported("appArmorProfile"), Unsupported("runAsNonRoot"),
          Unsupported("seLinuxOptions"), Unsupported("windowsOptions")};
}

}  // namespace

ContainerSecurity ReadContainerSecurity(const YamlValue& value, Warnings*) {
  ContainerSecurity security;
  std::vector<YamlField> fields = RefusedFields();
  std::vector<YamlField> more = {
      Flag("privileged", &security.privileged),
      Flag("readOnlyRootFilesystem", &security.read_only_root_filesystem),
      {"allowPrivilegeEscalation",
       [&](const YamlValue& v) { security.allow_privilege_escalation = v.Bool(); }},
      Number("runAsUser", &security.run_as_user, 0, kLargestId),
      Number("runAsGroup", &security.run_as_group, 0, kLargestId),
      {"capabilities",
       [&](const YamlValue& v) {
         ReadFields(v, {List("add", &security.add_capabilities),
                        List("drop", &security.drop_capabilities)});
       }},
      {"seccompProfile", [&](const YamlValue& v) { security.seccomp = ReadSeccomp(v); }},
      {"procMount", [](const YamlValue& v) { v.Choice({"Default"}); }}};
  fields.insert(fields.end(), more.begin(), more.end());
  ReadFields(value, fields);
  return security;
}

PodSecurity ReadPodSecurity(const YamlValue& value, Warnings* warnings) {
  PodSecurity security;
  auto read_groups = [&](const YamlValue& groups) {
    for (const YamlValue& item : ReadList(groups)) {
      security.supplemental_groups.push_back(item.Integer(0, kLargestId));
    }
  };
  auto read_sysctls = [&](const YamlValue& sysctls) {
    for (const YamlValue& item : ReadList(sysctls)) {
      std::string name;
      std::string setting;
      ReadFields(item, {Text("name", &name), Text("value", &setting)});
      if (name.empty()) item.Fail("has no name");
      security.sysctls[name] = setting;
    }
  };
  std::vector<YamlField> fields = RefusedFields();
  std::vector<YamlField> more = {
      Number("runAsUser", &security.run_as_user, 0, kLargestId),
      Number("runAsGroup", &security.run_as_group, 0, kLargestId),
      Number("fsGroup", &security.fs_group, 0, kLargestId),
      Ignored("fsGroupChangePolicy", warnings, "volumes keep their owners"),
      {"supplementalGroups", read_groups},
      Unsupported("supplementalGroupsPolicy"),
      {"sysctls", read_sysctls},
      {"seccompProfile", [&](const YamlValue& v) { security.seccomp = ReadSeccomp(v); }}};
  fields.insert(fields.end(), more.begin(), more.end());
  ReadFields(value, fields);
  return security;
}

}  // namespace crimux::ctl
