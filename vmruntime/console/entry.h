#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crimux::vm {

// One entry of a CRI log, as cut from a console's bytes.
struct ConsoleEntry {
  std::string_view text;
  // Tag P: the line goes on in the next entry. Else tag F.
  bool partial = false;
  // Bytes of the console that the entry stands for: text and line end.
  size_t length = 0;
};

// The longest text of one entry, bytes; as containerd cuts.
inline constexpr size_t kMaxEntryText = 16384;

// The first entry of `bytes`, which begin where an entry begins; nullopt when it isn't complete
// yet. An entry ends at a newline (one carriage return right before it is dropped), or after
// kMaxEntryText bytes without one (a byte earlier where the cut would part "\r\n"). Depends on the
// bytes alone and never on how they arrived: cutting again after a crash gives the same entries.
std::optional<ConsoleEntry> NextEntry(std::string_view bytes);

// The unfinished line that a console ended with. It is partial: the kubelet then shows just these
// bytes, where for a full entry it would add a newline that the guest never printed.
ConsoleEntry LastEntry(std::string_view bytes);

// How many bytes the first `count` complete entries of `bytes` take; `count` is lowered by as many
// as there are.
size_t EntriesLength(std::string_view bytes, size_t& count);

// RFC 3339 with nanoseconds, in UTC.
std::string LogTime(std::chrono::system_clock::time_point time);

// Appends "<time> stdout F|P <text>\n".
void AppendEntry(std::string& out, std::string_view time, const ConsoleEntry& entry);

}  // namespace crimux::vm
