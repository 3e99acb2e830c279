#include "vmruntime/image/disk_check.h"

#include <vector>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/image/qemu_img.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;
using grpc::StatusCode;

constexpr std::string_view kCheck = "check disk image";

void CompareInfo(const QemuImg& qemu_img, const std::string& text, const DiskVerdict& verdict) {
  boost::system::error_code failed;
  json::value info = json::parse(text, failed);
  const json::object* object = failed ? nullptr : info.if_object();
  if (!object) throw qemu_img.Refusal("no answer that could be read");
  if (object->contains("backing-filename")) throw qemu_img.Refusal("there is a backing file");
  const json::value* format = object->if_contains("format");
  const json::value* size = object->if_contains("virtual-size");
  if (!format || !format->is_string() || format->get_string() != verdict.format) {
    throw qemu_img.Refusal("the format is not " + verdict.format);
  }
  if (!size || !size->is_int64() ||
      static_cast<uint64_t>(size->get_int64()) != verdict.virtual_size) {
    throw qemu_img.Refusal("the disk size differs from the header's");
  }
}

void AskQemuImg(const std::filesystem::path& file, const DiskVerdict& verdict,
                const QemuImg& qemu_img) {
  ProcessResult info = qemu_img.Run({"info", "--output=json", "-f", verdict.format, file.string()});
  if (!info.Succeeded()) throw qemu_img.Refusal(info.Failure());
  CompareInfo(qemu_img, info.out, verdict);
  if (verdict.format != "qcow2") return;
  // 3: clusters that nobody uses, which harms no reader.
  ProcessResult check = qemu_img.Run({"check", "-q", "-f", verdict.format, file.string()});
  bool sound = check.Succeeded() || (check.exit_code == 3 && !check.timed_out);
  if (!sound) throw qemu_img.Refusal(check.Failure());
}

}  // namespace

DiskVerdict JudgeDiskFile(const std::filesystem::path& file) {
  return JudgeDisk(OpenDiskBytes(file));
}

CheckedDisk CheckDisk(const std::filesystem::path& file, const std::string& shown,
                      const VmConfig& config, std::stop_token stop) {
  DiskVerdict verdict = JudgeDiskFile(file);
  if (!verdict.refusal.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, kCheck, shown, "it " + verdict.refusal);
  }
  AskQemuImg(file, verdict, QemuImg(kCheck, shown, config, std::move(stop)));
  return {verdict.format, verdict.virtual_size};
}

}  // namespace crimux::vm
