// Runs a command in a container by ExecSync, again and again.
//
//   bench_exec_sync SOCKET CONTAINER COUNT WORD...
//
// Prints "mean p50 p99 max failed"; microseconds.
#include <cstdio>
#include <cstdlib>

#include "runtime/v1/api.pb.h"
#include "tests/bench/client.h"

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: bench_exec_sync SOCKET CONTAINER COUNT WORD...\n", stderr);
    return 2;
  }
  runtime::v1::ExecSyncRequest request;
  request.set_container_id(argv[2]);
  for (int i = 4; i < argc; ++i) request.add_cmd(argv[i]);
  request.set_timeout(20);
  const std::string bytes = request.SerializeAsString();
  crimux::bench::Client client(argv[1]);
  // The first one logs in.
  client.CallWith("ExecSync", bytes);
  std::vector<std::chrono::nanoseconds> durations;
  for (int i = std::atoi(argv[3]); i > 0; --i) {
    durations.push_back(client.CallWith("ExecSync", bytes));
  }
  if (durations.empty()) return 2;
  crimux::bench::Figures figures = crimux::bench::FiguresOf(durations);
  std::printf("%.1f %.1f %.1f %.1f %d\n", figures.mean, figures.p50, figures.p99, figures.max,
              client.failed());
}
