#include "vmruntime/image/sparse_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {

SparseFile::SparseFile(Spec spec)
    : spec_(std::move(spec)), fd_(OpenFile(spec_.file, O_WRONLY | O_CREAT | O_EXCL, 0644)) {}

void SparseFile::Grow(uint64_t bytes) const {
  if (bytes <= spec_.size_limit - size_) return;
  throw Error(grpc::StatusCode::RESOURCE_EXHAUSTED, spec_.operation, spec_.shown,
              fmt::format("larger than the limit of {} bytes", spec_.size_limit));
}

void SparseFile::Write(std::string_view bytes) {
  if (bytes.find_first_not_of('\0') == std::string_view::npos) return Skip(bytes.size());
  Grow(bytes.size());
  WriteAll(fd_.get(), bytes, spec_.file);
  size_ += bytes.size();
}

void SparseFile::Skip(uint64_t bytes) {
  Grow(bytes);
  Check(::lseek(fd_.get(), static_cast<off_t>(bytes), SEEK_CUR) >= 0);
  size_ += bytes;
}

void SparseFile::Finish() { Check(::ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0); }

void SparseFile::Check(bool good) const {
  if (!good) throw SystemError(errno, "write", spec_.file.string());
}

}  // namespace crimux::vm
