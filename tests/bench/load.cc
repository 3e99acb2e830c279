// Load for benchmarks, timed; prints one line a target: NAME MEAN P50 P99 MAX FAILED
// (microseconds).
//
//   bench_load calls METHOD CALLS ROUNDS [--id ID] NAME=SOCKET...   one after the other, the
//   targets
//                                                      in turns; each figure is the rounds' median
//   bench_load gap METHOD CALLS MIN-MS MAX-MS NAME=SOCKET...        a call each MIN to MAX ms
//   bench_load kubelet SECONDS CONTAINERS NAME=SOCKET               what a kubelet asks, by the
//   clock
#include <algorithm>
#include <cstdio>
#include <deque>
#include <functional>
#include <random>
#include <thread>

#include <CLI/CLI.hpp>

#include "tests/bench/big_node.h"
#include "tests/bench/client.h"

namespace crimux::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Target {
  explicit Target(const std::string& text)
      : name(text.substr(0, text.find('='))), client(text.substr(text.find('=') + 1)) {}

  std::string name;
  Client client;
};

std::deque<Target> Targets(const std::vector<std::string>& texts) {
  std::deque<Target> targets;
  for (const std::string& text : texts) targets.emplace_back(text);
  return targets;
}

void Print(const Target& target, const Figures& figures) {
  std::printf("%s %.1f %.1f %.1f %.1f %d\n", target.name.c_str(), figures.mean, figures.p50,
              figures.p99, figures.max, target.client.failed());
}

double Median(const std::vector<Figures>& rounds, double Figures::*figure) {
  std::vector<double> values;
  for (const Figures& round : rounds) values.push_back(round.*figure);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Options {
  std::string method;
  int calls = 0;
  int rounds = 1;
  std::string id;
  int min_ms = 0;
  int max_ms = 0;
  int seconds = 0;
  int containers = 0;
  std::vector<std::string> targets;
};

void Calls(const Options& options) {
  std::deque<Target> targets = Targets(options.targets);
  std::vector<std::vector<Figures>> figures(targets.size());
  for (Target& target : targets) target.client.Call(options.method, options.id);
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < targets.size(); ++i) {
      std::vector<std::chrono::nanoseconds> durations;
      for (int call = 0; call < options.calls; ++call) {
        durations.push_back(targets[i].client.Call(options.method, options.id));
      }
      figures[i].push_back(FiguresOf(std::move(durations)));
    }
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    Print(targets[i], {.mean = Median(figures[i], &Figures::mean),
                       .p50 = Median(figures[i], &Figures::p50),
                       .p99 = Median(figures[i], &Figures::p99),
                       .max = Median(figures[i], &Figures::max)});
  }
}

// A thread for each target; they begin at different times, so that they seldom meet.
void Gap(const Options& options) {
  std::deque<Target> targets = Targets(options.targets);
  std::vector<Figures> figures(targets.size());
  std::vector<std::thread> threads;
  auto start = Clock::now();
  for (size_t i = 0; i < targets.size(); ++i) {
    threads.emplace_back([&, i] {
      std::mt19937 random(static_cast<unsigned>(i));
      std::uniform_int_distribution<int> gap(options.min_ms, options.max_ms);
      auto next = start + i * std::chrono::milliseconds(options.min_ms) / targets.size();
      targets[i].client.Call(options.method);
      std::vector<std::chrono::nanoseconds> durations;
      for (int call = 0; call < options.calls; ++call) {
        next += std::chrono::milliseconds(gap(random));
        std::this_thread::sleep_until(next);
        durations.push_back(targets[i].client.Call(options.method));
      }
      figures[i] = FiguresOf(std::move(durations));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < targets.size(); ++i) Print(targets[i], figures[i]);
}

// PLEG each second, Status each 5, eviction and log rotation each 10, images each 30; containers
// are those of the runtime "a".
void Kubelet(const Options& options) {
  std::deque<Target> targets = Targets(options.targets);
  Client& client = targets.front().client;
  std::vector<std::chrono::nanoseconds> durations;
  auto ask = [&](std::string_view method, const std::string& id = "") {
    durations.push_back(client.Call(method, id));
  };
  auto start = Clock::now();
  for (int second = 1; second <= options.seconds; ++second) {
    std::this_thread::sleep_until(start + std::chrono::seconds(second));
    ask("ListPodSandbox");
    ask("ListContainers");
    if (second % 5 == 0) ask("Status");
    if (second % 30 == 0) ask("ListImages");
    if (second % 10 != 0) continue;
    for (const char* method : {"ListContainers", "ListPodSandbox", "ListContainerStats",
                               "ImageFsInfo", "ListContainers"}) {
      ask(method);
    }
    for (int i = 0; i < options.containers; ++i) ask("ContainerStatus", ContainerId("a", i));
  }
  Print(targets.front(), FiguresOf(std::move(durations)));
}

int Main(int argc, char** argv) {
  CLI::App app("Load for benchmarks");
  Options options;
  auto command = [&](const char* name, const char* what, std::function<void(const Options&)> run) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->callback([&options, run = std::move(run)] { run(options); });
    return sub;
  };
  CLI::App* calls = command("calls", "calls, one after the other", Calls);
  calls->add_option("method", options.method)->required();
  calls->add_option("calls", options.calls)->required();
  calls->add_option("rounds", options.rounds)->required();
  calls->add_option("targets", options.targets)->required();
  calls->add_option("--id", options.id);
  CLI::App* gap = command("gap", "a call from time to time", Gap);
  gap->add_option("method", options.method)->required();
  gap->add_option("calls", options.calls)->required();
  gap->add_option("min", options.min_ms)->required();
  gap->add_option("max", options.max_ms)->required();
  gap->add_option("targets", options.targets)->required();
  CLI::App* kubelet = command("kubelet", "a kubelet's steady polling", Kubelet);
  kubelet->add_option("seconds", options.seconds)->required();
  kubelet->add_option("containers", options.containers)->required();
  kubelet->add_option("target", options.targets)->required();
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return 0;
}

}  // namespace
}  // namespace crimux::bench

int main(int argc, char** argv) { return crimux::bench::Main(argc, argv); }
