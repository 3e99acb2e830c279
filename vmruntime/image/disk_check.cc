#include "vmruntime/image/disk_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;
using grpc::StatusCode;

constexpr std::string_view kOperation = "check disk image";

std::string ReadHead(const std::filesystem::path& file) {
  UniqueFd fd = OpenFile(file, O_RDONLY | O_NOFOLLOW);
  std::string head(kDiskHeadSize, '\0');
  size_t size = 0;
  while (size < head.size()) {
    ssize_t n = ::pread(fd.get(), head.data() + size, head.size() - size, static_cast<off_t>(size));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", file.string());
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  head.resize(size);
  return head;
}

// qemu-img reading bytes that nobody vouches for: no rights, 2 GiB, 2 minutes of CPU, no files.
class QemuImg {
 public:
  QemuImg(const std::string& shown, const VmConfig& config, std::stop_token stop)
      : shown_(shown), config_(config), stop_(std::move(stop)) {}

  ProcessResult Run(std::vector<std::string> arguments) const {
    ProcessSpec spec;
    spec.argv = {"prlimit", "--as=2147483648", "--cpu=120", "--fsize=0", "--core=0"};
    if (::geteuid() == 0) {
      spec.argv.insert(spec.argv.end(), {"setpriv", "--reuid", config_.qemu_user, "--regid",
                                         config_.qemu_group, "--clear-groups", "--no-new-privs"});
    }
    spec.argv.push_back("qemu-img");
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"};
    spec.timeout = std::chrono::minutes(10);
    spec.cancelled = stop_;
    ProcessResult result = RunProcess(spec);
    if (result.was_cancelled) throw Error(StatusCode::CANCELLED, kOperation, shown_, "cancelled");
    return result;
  }

  Error Refusal(const std::string& why) const {
    return {StatusCode::FAILED_PRECONDITION, kOperation, shown_, "qemu-img: " + why};
  }

 private:
  const std::string& shown_;
  const VmConfig& config_;
  std::stop_token stop_;
};

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
  return JudgeDisk(ReadHead(file), std::filesystem::file_size(file));
}

CheckedDisk CheckDisk(const std::filesystem::path& file, const std::string& shown,
                      const VmConfig& config, std::stop_token stop) {
  DiskVerdict verdict = JudgeDiskFile(file);
  if (!verdict.refusal.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, kOperation, shown, "it " + verdict.refusal);
  }
  AskQemuImg(file, verdict, QemuImg(shown, config, std::move(stop)));
  return {verdict.format, verdict.virtual_size};
}

}  // namespace crimux::vm
