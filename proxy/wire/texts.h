#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace crimux::proxy {

// Where the texts of one meaning stand in a kind of message: the numbers of fields that are such a
// text, and of those that are messages with such texts in them.
class TextPlaces {
 public:
  struct Place {
    uint32_t number = 0;
    // nullptr: the field is the text itself.
    const TextPlaces* inside = nullptr;
  };

  // At most kMost of them.
  constexpr TextPlaces(std::initializer_list<Place> places) {
    size_t i = 0;
    for (const Place& place : places) places_.at(i++) = place;
  }

  // nullptr when no such text is in the field.
  constexpr const Place* At(uint32_t number) const {
    for (const Place& place : places_) {
      if (place.number == number && number != 0) return &place;
    }
    return nullptr;
  }

 private:
  static constexpr size_t kMost = 4;
  std::array<Place, kMost> places_;
};

// What a text becomes; nothing when it stays.
using RewriteText = std::function<std::optional<std::string>(std::string_view text)>;

// The message with its texts rewritten and everything else as it is, byte for byte. Nothing when no
// text changes, or when the message is malformed as far down as there are texts in it.
std::optional<std::string> RewriteTexts(std::string_view message, const TextPlaces& places,
                                        const RewriteText& rewrite);

}  // namespace crimux::proxy
