// What a client sends on a SPDY session: the events are the same wherever the bytes are cut.
#include "base/error.h"
#include "tests/fuzz/target.h"
#include "tests/vmruntime/streaming/spdy/recorded.h"
#include "vmruntime/streaming/spdy/session.h"

namespace crimux::fuzz {
namespace {

namespace spdy = vm::spdy;

constexpr size_t kStreams = 3;

// One line for what a session has come to. Data counts bytes, since it comes in pieces.
class Story {
 public:
  void Read(std::string_view bytes) {
    if (over_) return;
    try {
      while (auto event = session_.Next(&bytes)) {
        std::visit([this](const auto& e) { Add(e); }, *event);
        Require(session_.streams() <= kStreams, "no more streams than allowed");
      }
      Require(bytes.empty(), "all is taken");
    } catch (const Error&) {
      text_ += "error";
      over_ = true;
    }
    replies_ += session_.TakeReplies();
  }
  std::string Tell() const { return text_ + replies_ + std::to_string(data_); }

 private:
  void Add(const spdy::StreamOpened& e) {
    text_ += "opened " + std::to_string(e.stream) + "\n";
    if (e.headers.empty()) {
      session_.Reset(e.stream, spdy::ResetReason::kProtocolError);
      return;
    }
    session_.Accept(e.stream);
    session_.Data(e.stream, 1, e.headers.size() > 1);
  }
  void Add(const spdy::StreamData& e) {
    Require(!e.bytes.empty(), "data is never empty");
    data_ += e.stream * e.bytes.size();
  }
  void Add(const spdy::StreamEnded& e) { text_ += "ended " + std::to_string(e.stream) + "\n"; }
  void Add(const spdy::StreamReset& e) { text_ += "reset " + std::to_string(e.stream) + "\n"; }
  void Add(const spdy::GoneAway&) { session_.GoAway(); }

  spdy::Session session_{{.frames = {}, .streams = kStreams}};
  bool over_ = false;
  std::string text_;
  std::string replies_;
  uint64_t data_ = 0;
};

void Check(std::string_view text) {
  std::string_view first = TakePart(&text);
  std::string all = std::string(first) + std::string(text);
  Story whole;
  whole.Read(all);
  Story cut;
  cut.Read(first);
  cut.Read(text);
  Story bytes;
  for (char byte : all) bytes.Read(std::string_view(&byte, 1));
  Require(cut.Tell() == whole.Tell(), "a cut changes nothing");
  Require(bytes.Tell() == whole.Tell(), "cuts change nothing");
}

}  // namespace

std::vector<std::string> Seeds() {
  namespace recorded = vm::spdy::recorded;
  return {Part(recorded::kError) + recorded::kStdin + recorded::kHello + recorded::kEndOf3,
          Part(recorded::kError + recorded::kStdin + recorded::kPortError + recorded::kPortData) +
              recorded::kReset + recorded::kGoAway,
          Part(recorded::kError) + recorded::All().substr(recorded::kError.size())};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
