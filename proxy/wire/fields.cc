#include "proxy/wire/fields.h"

#include <google/protobuf/wire_format_lite.h>

namespace crimux::proxy {

using google::protobuf::internal::WireFormatLite;

Fields::Fields(std::string_view message)
    : message_(message),
      input_(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size())) {}

bool Fields::Next() {
  auto start = static_cast<size_t>(input_.CurrentPosition());
  if (!well_formed_ || start >= message_.size()) return false;
  bytes_.reset();
  uint32_t tag = input_.ReadTag();
  number_ = tag >> 3U;
  well_formed_ = number_ != 0 && ReadValue(tag);
  raw_ = message_.substr(start, static_cast<size_t>(input_.CurrentPosition()) - start);
  return well_formed_;
}

bool Fields::ReadValue(uint32_t tag) {
  if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
    return WireFormatLite::SkipField(&input_, tag);
  }
  uint32_t length = 0;
  if (!input_.ReadVarint32(&length)) return false;
  auto at = static_cast<size_t>(input_.CurrentPosition());
  if (length > message_.size() - at) return false;
  bytes_ = message_.substr(at, length);
  return input_.Skip(static_cast<int>(length));
}

std::string_view FindBytes(std::string_view message, std::initializer_list<uint32_t> path) {
  for (uint32_t number : path) {
    std::string_view found;
    Fields fields(message);
    while (fields.Next()) {
      if (fields.number() == number && fields.bytes()) found = *fields.bytes();
    }
    message = found;
  }
  return message;
}

std::string_view FirstBytes(std::string_view message, uint32_t number) {
  Fields fields(message);
  while (fields.Next()) {
    if (fields.number() == number && fields.bytes()) return *fields.bytes();
  }
  return {};
}

std::vector<std::string_view> ItemIds(std::string_view list) {
  std::vector<std::string_view> ids;
  Fields fields(list);
  while (fields.Next()) {
    if (fields.number() == 1 && fields.bytes()) ids.push_back(FirstBytes(*fields.bytes(), 1));
  }
  return ids;
}

}  // namespace crimux::proxy
