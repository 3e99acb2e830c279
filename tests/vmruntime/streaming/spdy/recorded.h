#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

// What Kubernetes' SPDY library (moby/spdystream 0.5.1) sends, frame by frame, on one connection.
namespace crimux::vm::spdy::recorded {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<char>(std::strtoul(std::string(hex.substr(i, 2)).c_str(), nullptr, 16)));
  }
  return bytes;
}

// streamtype: error
inline const std::string kError = FromHex(
    "80030001000000290000000100000000000078f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000"
    "ffff");
// streamtype: stdin
inline const std::string kStdin =
    FromHex("800300010000001700000003000000000000c22e555c92929907000000ffff");
// streamtype: error, port: 80, requestid: 0
inline const std::string kPortError = FromHex(
    "800300010000002b00000005000000000000022555dcba580af28b40099fc9c280818181b30812f599a02cc1680000"
    "0000ffff");
// The same with streamtype: data
inline const std::string kPortData =
    FromHex("800300010000001800000007000000000000c2aa1554762512d209000000ffff");
// "hello" on stream 3, and its end.
inline const std::string kHello = FromHex("000000030000000568656c6c6f");
inline const std::string kEndOf3 = FromHex("0000000301000000");
inline const std::string kPing = FromHex("800300060000000400000001");
// Of stream 7: cancel.
inline const std::string kReset = FromHex("80030003000000080000000700000005");
inline const std::string kSettings = FromHex("800300040000000c000000010000000700010000");
inline const std::string kWindow = FromHex("80030009000000080000000300000064");
inline const std::string kGoAway = FromHex("80030007000000080000000000000000");

inline std::string All() {
  return kError + kStdin + kPortError + kSettings + kPortData + kHello + kPing + kWindow + kEndOf3 +
         kReset + kGoAway;
}

}  // namespace crimux::vm::spdy::recorded
