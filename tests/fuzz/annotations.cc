// What pods ask of their VMs: any annotations in; refused as the pod's fault, or a domain out that
// has what was asked for and nothing else.
#include <algorithm>

#include <pugixml.hpp>

#include "base/error.h"
#include "tests/fuzz/target.h"
#include "vmruntime/annotations/libvirt_xml.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/machine/domain/domain_xml.h"

namespace crimux::fuzz {
namespace {

using namespace vm;

constexpr size_t kMostAnnotations = 6;

MachineSpec Spec(const AnnotationMap& annotations, const PodOptions& options) {
  MachineSpec spec{.name = "fuzz",
                   .uuid = options.machine.uuid,
                   .vcpus = options.machine.vcpus.value_or(1),
                   .memory = {.size = 1 << 30},
                   .platform = options.machine.platform,
                   .console_socket = "/s/console",
                   .console_log = "/s/log"};
  spec.platform.nvram = "/s/nvram";
  for (const ExtraDisk& disk : options.disks.disks) {
    spec.disks.push_back({.file = "/s/disk", .bus = DiskBus::kVirtio, .serial = disk.name});
  }
  spec.patches =
      ReadLibvirtXml(AnnotationReader(annotations), {"cputune", "memtune", "devices/sound"});
  return spec;
}

// What no annotation may bring, and only libvirt-xml.
void CheckDomain(const MachineSpec& spec, const std::string& xml) {
  pugi::xml_document document;
  Require(static_cast<bool>(document.load_string(xml.c_str())), "the domain is XML");
  Require(std::ranges::distance(document.children()) == 1, "and one element");
  pugi::xml_node domain = document.child("domain");
  Require(std::string_view(domain.child("name").text().get()) == spec.name, "its name is ours");
  pugi::xml_node devices = domain.child("devices");
  auto disks = static_cast<size_t>(std::ranges::distance(devices.children("disk")));
  Require(disks == spec.disks.size(), "it has the disks of the pod");
  for (const char* name : {"hostdev", "interface", "filesystem", "redirdev", "shmem"}) {
    Require(!devices.child(name), "it has no devices of the node");
  }
  for (pugi::xml_node child : domain.children()) {
    Require(std::string_view(child.name()).find(':') == std::string_view::npos,
            "it has no arguments of QEMU");
  }
  bool patched = domain.child("cputune") || domain.child("memtune") || devices.child("sound");
  Require(!patched || !spec.patches.empty(), "it has nothing that was not asked for");
}

AnnotationMap Annotations(std::string_view text) {
  AnnotationMap annotations;
  while (!text.empty() && annotations.size() < kMostAnnotations) {
    size_t which = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    const Annotation& annotation = AllAnnotations()[which % AllAnnotations().size()];
    bool virtlet = which >= 128 && !annotation.virtlet.empty();
    annotations[std::string(virtlet ? annotation.virtlet : annotation.name)] = TakePart(&text);
  }
  return annotations;
}

void Check(std::string_view text) {
  const AnnotationMap annotations = Annotations(text);
  try {
    MachineSpec spec = Spec(annotations, ReadPodOptions(annotations));
    CheckDomain(spec, DomainXml(spec, {.kvm = true, .emulator = "/qemu"}));
  } catch (const Error& e) {
    Require(e.code() == grpc::StatusCode::INVALID_ARGUMENT, "what is refused is the pod's fault");
  }
}

std::string One(const Annotation& annotation, const std::string& value) {
  auto all = AllAnnotations();
  auto found = std::ranges::find(all, annotation.name, &Annotation::name);
  return std::string(1, static_cast<char>(found - all.begin())) + Part(value);
}

}  // namespace

std::vector<std::string> Seeds() {
  using namespace annotation;
  return {
      One(kVcpus, "4") + One(kCpuModel, "host-model") + One(kCpuFeatures, "+vmx,-avx2"),
      One(kCpu,
          "{mode: custom, match: exact, model: {value: Haswell, fallback: forbid},"
          " topology: {sockets: 1, cores: 2, threads: 1}, features: [{name: x, policy: require}]}"),
      One(kSystemUuid, "6f1c9d38-8a4e-4f0a-9d53-0123456789ab") + One(kMachine, "q35") +
          One(kFirmware, "uefi") + One(kSecureBoot, "true") + One(kTpm, "true"),
      One(kVideo, "virtio") + One(kNicModel, "e1000e") + One(kClock, "localtime") +
          One(kHyperv, "true") + One(kProfile, "windows"),
      One(kLibvirtXml,
          "<domain><cputune><shares>512</shares></cputune><devices>"
          "<sound model='ich9'/></devices></domain>"),
      One(kDiskBus, "scsi") + One(kDiskCache, "none") + One(kDiskIo, "native") +
          One(kRootSize, "10Gi") + One(kRootLifetime, "container"),
      One(kDisks, "[{name: data, size: 20Gi}, {name: old, size: 1Gi, bus: sata}]") +
          One(kCdroms, "[{path: /isos/install.iso, boot: true}, {device: /dev/tools}]"),
      One(kShares, "9p") + One(kSharesChown, "true") + One(kExec, "ssh") + One(kSshUser, "ops") +
          One(kSshKey, "/keys/id"),
      One(kUserDataSource, "configmap/x") + One(kUserDataSourceKey, "k") +
          One(kUserDataSourceEncoding, "base64") + One(kFilesSource, "mount:/run/x"),
      One(kIgnition, R"({"ignition": {"version": "3.3.0"}})") + One(kAgentFiles, "true")};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
