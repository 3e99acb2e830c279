#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vmruntime/image/disk_bytes.h"

namespace crimux::vm {

// Runs a program that has to succeed.
void Run(std::vector<std::string> argv);

// A qcow2 of 4 MiB made by qemu-img in `folder`; `options` go to qemu-img create. Returns its file.
std::filesystem::path MakeQcow2(const std::filesystem::path& folder,
                                std::vector<std::string> options = {});
// Its bytes. Images with different `seed`s differ.
std::string Qcow2Bytes(char seed = 'a');

// A raw disk with an MBR.
std::string RawDiskBytes(size_t size);

// A raw disk as qemu-img writes it in another format; `options` go to qemu-img convert.
std::string Converted(const std::string& raw, const std::string& format,
                      const std::string& options = "");
// What a disk image holds, as raw bytes.
std::string RawOf(const std::string& bytes, const std::string& format);
// `bytes` through a program, such as {"gzip", "-c"}.
std::string Piped(const std::vector<std::string>& argv, const std::string& bytes);

// Their digest, as "sha256:…".
std::string DigestOf(const std::string& bytes);

// Bytes to be judged.
DiskBytes BytesOf(std::string bytes);

}  // namespace crimux::vm
