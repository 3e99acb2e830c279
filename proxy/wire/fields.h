#pragma once

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace crimux::proxy {

// Walks the fields of one serialized message, without copying, safely on any bytes: it ends where
// the bytes stop making sense.
class Fields {
 public:
  explicit Fields(std::string_view message);

  // Moves to the next field; false at the end and at the first malformed byte.
  bool Next();
  // False after Next met malformed bytes.
  bool IsWellFormed() const { return well_formed_; }

  uint32_t number() const { return number_; }
  // The content of a string, bytes or message field; nothing for other wire types.
  std::optional<std::string_view> bytes() const { return bytes_; }
  // The field with its tag, as it stands in the message.
  std::string_view raw() const { return raw_; }

 private:
  bool ReadValue(uint32_t tag);

  std::string_view message_;
  google::protobuf::io::CodedInputStream input_;
  bool well_formed_ = true;
  uint32_t number_ = 0;
  std::optional<std::string_view> bytes_;
  std::string_view raw_;
};

// The string, bytes or message field at a path of field numbers. As protobuf has it, the last of
// several counts; an absent one is empty.
std::string_view FindBytes(std::string_view message, std::initializer_list<uint32_t> path);

// The first such field, without a look at what follows it: for messages that a runtime has written,
// whose fields stand in order and once.
std::string_view FirstBytes(std::string_view message, uint32_t number);

// The ids of a list's items: each item is in field 1, and its id in field 1 of that. They point
// into the list.
std::vector<std::string_view> ItemIds(std::string_view list);

}  // namespace crimux::proxy
