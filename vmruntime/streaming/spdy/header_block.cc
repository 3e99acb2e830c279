#include "vmruntime/streaming/spdy/header_block.h"

#include <array>

#include "base/error.h"
#include "vmruntime/streaming/spdy/bytes.h"
#include "vmruntime/streaming/spdy/dictionary.h"

namespace crimux::vm::spdy {
namespace {

// Requests have four or five headers.
constexpr uint32_t kMostHeaders = 64;

Error Bad(std::string_view cause) {
  return {grpc::INVALID_ARGUMENT, "read SPDY headers of", "client", cause};
}

// Cuts a text with its length before it off `block`.
std::string_view TakeText(std::string_view* block) {
  if (block->size() < 4) throw Bad("a length is cut short");
  uint32_t length = ReadUint32(*block);
  block->remove_prefix(4);
  if (length > block->size()) throw Bad("a text is longer than its block");
  std::string_view text = block->substr(0, length);
  block->remove_prefix(length);
  return text;
}

void AddText(std::string_view text, std::string& block) {
  AddUint32(static_cast<uint32_t>(text.size()), block);
  block.append(text);
}

// zlib doesn't change what it reads.
Bytef* In(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string_view Find(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Headers ParseHeaders(std::string_view block) {
  if (block.size() < 4) throw Bad("the block has no count");
  uint32_t count = ReadUint32(block);
  if (count > kMostHeaders) throw Bad("there are too many");
  block.remove_prefix(4);
  Headers headers;
  for (uint32_t i = 0; i < count; ++i) {
    std::string_view name = TakeText(&block);
    headers.emplace_back(name, TakeText(&block));
  }
  if (!block.empty()) throw Bad("the block goes on behind the last one");
  return headers;
}

std::string SerializeHeaders(const Headers& headers) {
  std::string block;
  AddUint32(static_cast<uint32_t>(headers.size()), block);
  for (const auto& [name, value] : headers) {
    AddText(name, block);
    AddText(value, block);
  }
  return block;
}

HeaderInflater::HeaderInflater(size_t limit) : limit_(limit) {
  if (::inflateInit(&stream_) != Z_OK) throw Bad("zlib doesn't start");
}

HeaderInflater::~HeaderInflater() { ::inflateEnd(&stream_); }

Headers HeaderInflater::Inflate(std::string_view compressed) {
  stream_.next_in = In(compressed);
  stream_.avail_in = static_cast<uInt>(compressed.size());
  std::string block;
  do {
    Step(block);
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return ParseHeaders(block);
}

// Inflates what fits into one buffer.
void HeaderInflater::Step(std::string& block) {
  std::array<char, 4096> buffer;
  stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
  stream_.avail_out = buffer.size();
  int code = ::inflate(&stream_, Z_SYNC_FLUSH);
  if (code == Z_NEED_DICT) {
    std::string_view dictionary = HeaderDictionary();
    code = ::inflateSetDictionary(&stream_, In(dictionary), static_cast<uInt>(dictionary.size()));
  }
  // Z_BUF_ERROR: all was taken before.
  bool all_taken = code == Z_BUF_ERROR && stream_.avail_in == 0;
  if (code != Z_OK && !all_taken) throw Bad("zlib can't inflate them");
  block.append(buffer.data(), buffer.size() - stream_.avail_out);
  if (block.size() > limit_) throw Bad("they are too long");
}

HeaderDeflater::HeaderDeflater() {
  std::string_view dictionary = HeaderDictionary();
  if (::deflateInit(&stream_, Z_DEFAULT_COMPRESSION) != Z_OK ||
      ::deflateSetDictionary(&stream_, In(dictionary), static_cast<uInt>(dictionary.size())) !=
          Z_OK) {
    throw Error(grpc::INTERNAL, "compress", "SPDY headers", "zlib doesn't start");
  }
}

HeaderDeflater::~HeaderDeflater() { ::deflateEnd(&stream_); }

std::string HeaderDeflater::Deflate(const Headers& headers) {
  std::string block = SerializeHeaders(headers);
  std::string compressed(::deflateBound(&stream_, block.size()) + 16, '\0');
  stream_.next_in = In(block);
  stream_.avail_in = static_cast<uInt>(block.size());
  stream_.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream_.avail_out = static_cast<uInt>(compressed.size());
  // The buffer has room for all, so that one call is enough.
  if (::deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_in != 0 ||
      stream_.avail_out == 0) {
    throw Error(grpc::INTERNAL, "compress", "SPDY headers", "zlib fails");
  }
  compressed.resize(compressed.size() - stream_.avail_out);
  return compressed;
}

}  // namespace crimux::vm::spdy
