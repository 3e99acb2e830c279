// Follows one console as crimuxd would, to be killed by a test: SOURCE LOG CHECKPOINT. Prints
// "following" when it does. A line on standard input: finishes the console and exits. End of
// input: exits at once.

#include <iostream>
#include <string>

#include "vmruntime/console/file_console_logs.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  crimux::vm::FileConsoleLogs logs;
  logs.Follow({"helper", argv[1], argv[2], argv[3]});
  std::cout << "following" << std::endl;
  std::string line;
  if (std::getline(std::cin, line)) logs.Finish("helper");
  return 0;
}
