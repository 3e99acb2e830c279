#pragma once

#include <filesystem>
#include <string>
#include <vector>

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

}  // namespace crimux::vm
