#include <sys/syscall.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "base/file.h"
#include "tests/vmruntime/image/store_fixture.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using Clock = std::chrono::steady_clock;

template <typename Condition>
void WaitUntil(const Condition& condition) {
  auto deadline = Clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    REQUIRE(Clock::now() < deadline);
    std::this_thread::yield();
  }
}

// A pull on a thread of its own, whose caller can leave.
class Puller {
 public:
  Puller(StoreFixture& fixture, std::string name, Credentials who = {})
      : thread_([this, &fixture, name = std::move(name), who = std::move(who)] {
          thread_id_ = static_cast<int>(::syscall(SYS_gettid));
          code_ = fixture.PullCode(name, {.cancelled = caller_.get_token()}, who);
        }) {}

  // Returns when the thread sleeps, and so waits for the download.
  void WaitUntilAsleep() {
    WaitUntil([&] { return thread_id_ != 0; });
    std::string stat = "/proc/self/task/" + std::to_string(thread_id_) + "/stat";
    int asleep = 0;
    WaitUntil([&] {
      std::string text = ReadFile(stat);
      asleep = text[text.rfind(')') + 2] == 'S' ? asleep + 1 : 0;
      return asleep == 20;
    });
  }
  void Leave() { caller_.request_stop(); }
  StatusCode Result() {
    thread_.join();
    return code_;
  }

 private:
  std::stop_source caller_;
  std::atomic<int> thread_id_ = 0;
  StatusCode code_ = StatusCode::UNKNOWN;
  std::jthread thread_;
};

// Holds requests until it is opened.
class Gate {
 public:
  void Open() { opened_.set_value(); }
  void Wait() { future_.wait(); }

 private:
  std::promise<void> opened_;
  std::shared_future<void> future_ = opened_.get_future();
};

class ConcurrentPulls : public StoreFixture {
 public:
  ConcurrentPulls() {
    Put("g", Qcow2Bytes());
    AnswerBy([this](Exchange& exchange) {
      gate.Wait();
      AnswerFromFiles(exchange);
    });
  }
  Gate gate;
};

TEST_CASE_METHOD(ConcurrentPulls, "pulls that overlap share one download") {
  std::list<Puller> pullers;
  for (int i = 0; i < 10; ++i) pullers.emplace_back(*this, Name("g:v" + std::to_string(i)));
  for (Puller& puller : pullers) puller.WaitUntilAsleep();
  gate.Open();
  for (Puller& puller : pullers) CHECK(puller.Result() == StatusCode::OK);
  CHECK(server().hits() == 1);
  REQUIRE(store().List().size() == 1);
  CHECK(store().List()[0].tags.size() == 10);
  CHECK(Files().size() == 2);
}

TEST_CASE_METHOD(ConcurrentPulls,
                 "a download goes on for those who joined when its first caller leaves") {
  Puller first(*this, Name("g"));
  WaitUntil([&] { return server().hits() == 1; });
  Puller second(*this, Name("g"));
  second.WaitUntilAsleep();
  first.Leave();
  CHECK(first.Result() == StatusCode::CANCELLED);
  gate.Open();
  CHECK(second.Result() == StatusCode::OK);
  CHECK(server().hits() == 1);
  CHECK(store().Find(Name("g")));
}

TEST_CASE_METHOD(ConcurrentPulls, "who demands another digest fails alone") {
  Puller plain(*this, Name("g"));
  Puller pinned(*this, Name("g@sha256:" + std::string(64, '0')));
  plain.WaitUntilAsleep();
  pinned.WaitUntilAsleep();
  gate.Open();
  CHECK(plain.Result() == StatusCode::OK);
  CHECK(pinned.Result() == StatusCode::FAILED_PRECONDITION);
  CHECK(server().hits() == 1);
  CHECK(Files().size() == 2);
}

TEST_CASE_METHOD(ConcurrentPulls, "who comes with other credentials does not share the download") {
  Puller plain(*this, Name("g"));
  Puller other(*this, Name("g:v2"), {.username = "jo"});
  plain.WaitUntilAsleep();
  other.WaitUntilAsleep();
  WaitUntil([&] { return server().hits() == 2; });
  std::vector<PullStatus> pulls = store().PullsUnderWay();
  REQUIRE(pulls.size() == 2);
  CHECK(pulls[0].source == server().Url("/g"));
  CHECK(pulls[0].progress.phase == FetchPhase::kFetching);
  gate.Open();
  CHECK(plain.Result() == StatusCode::OK);
  CHECK(other.Result() == StatusCode::OK);
  CHECK(store().List().size() == 1);
  CHECK(store().PullsUnderWay().empty());
}

TEST_CASE_METHOD(ConcurrentPulls, "a failure reaches all who share the download") {
  Put("g", "not a disk");
  Puller first(*this, Name("g"));
  Puller second(*this, Name("g"));
  first.WaitUntilAsleep();
  second.WaitUntilAsleep();
  gate.Open();
  CHECK(first.Result() == StatusCode::FAILED_PRECONDITION);
  CHECK(second.Result() == StatusCode::FAILED_PRECONDITION);
  CHECK(server().hits() == 1);
  CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "a download that nobody waits for is stopped and leaves nothing") {
  std::promise<void> hung_up;
  AnswerBy([&](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nstart");
    exchange.WaitForHangUp();
    hung_up.set_value();
  });
  Puller only(*this, Name("g"));
  WaitUntil([&] { return server().hits() == 1 && Files().size() == 1; });
  only.Leave();
  CHECK(only.Result() == StatusCode::CANCELLED);
  CHECK(Files().empty());
  CHECK(hung_up.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  AnswerBy(nullptr);
  Put("g", Qcow2Bytes());
  CHECK(PullCode(Name("g")) == StatusCode::OK);
}

class PatientPulls : public ConcurrentPulls {
 public:
  PatientPulls() {
    config().image_pull_grace = std::chrono::hours(1);
    Restart();
  }
  // A pull whose caller has left it while the server waits.
  void LeavePull(const std::string& name) {
    int hits = server().hits();
    Puller puller(*this, name);
    if (hits == 0) WaitUntil([&] { return server().hits() == 1; });
    puller.WaitUntilAsleep();
    puller.Leave();
    CHECK(puller.Result() == StatusCode::CANCELLED);
  }
};

TEST_CASE_METHOD(PatientPulls, "a pull goes on when its callers have left, and is kept") {
  LeavePull(Name("g"));
  LeavePull(Name("g:v2"));
  LeavePull(Name("g@sha256:" + std::string(64, '0')));
  CHECK(Files().size() == 1);
  gate.Open();
  WaitUntil([&] { return store().Find(Name("g")) && store().Find(Name("g:v2")); });
  CHECK(store().List().size() == 1);
  WaitUntil([&] { return Files().size() == 2; });
  CHECK(server().hits() == 1);
}

TEST_CASE_METHOD(PatientPulls, "who comes back joins the pull that went on") {
  LeavePull(Name("g"));
  auto soon = std::chrono::system_clock::now() + std::chrono::milliseconds(1);
  CHECK_THROWS_WITH(store().Pull(Name("g"), {.deadline = soon}),
                    "pull image \"" + server().Url("/g") +
                        "\": the caller's deadline has passed; the pull goes on");
  Puller again(*this, Name("g"));
  again.WaitUntilAsleep();
  gate.Open();
  CHECK(again.Result() == StatusCode::OK);
  CHECK(server().hits() == 1);
}

TEST_CASE_METHOD(PatientPulls, "a pull that fails with nobody waiting leaves nothing") {
  Put("g", "not a disk");
  LeavePull(Name("g"));
  gate.Open();
  WaitUntil([&] { return Files().empty(); });
  Put("g", Qcow2Bytes());
  WaitUntil([&] { return PullCode(Name("g")) == StatusCode::OK; });
}

TEST_CASE_METHOD(PatientPulls, "a store that ends stops its pulls") {
  LeavePull(Name("g"));
  Restart();
  CHECK(Files().empty());
  gate.Open();
}

TEST_CASE_METHOD(PatientPulls, "a pull that nobody waits for ends with its grace") {
  config().image_pull_grace = std::chrono::milliseconds(200);
  Restart();
  LeavePull(Name("g"));
  WaitUntil([&] { return Files().empty(); });
  CHECK(store().List().empty());
  gate.Open();
  CHECK(PullCode(Name("g")) == StatusCode::OK);
}

TEST_CASE_METHOD(StoreFixture, "a pull ends with its caller's deadline") {
  AnswerBy([](Exchange& exchange) { exchange.WaitForHangUp(); });
  auto soon = std::chrono::system_clock::now() + std::chrono::milliseconds(1);
  auto start = Clock::now();
  CHECK(PullCode(Name("g"), {.deadline = soon}) == StatusCode::DEADLINE_EXCEEDED);
  CHECK(Clock::now() - start < std::chrono::seconds(5));
  CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "a pull whose caller has left does not begin") {
  std::stop_source caller;
  caller.request_stop();
  CHECK(PullCode(Name("g"), {.cancelled = caller.get_token()}) == StatusCode::CANCELLED);
  auto past = std::chrono::system_clock::now() - std::chrono::seconds(1);
  CHECK(PullCode(Name("g"), {.deadline = past}) == StatusCode::DEADLINE_EXCEEDED);
  CHECK(server().hits() == 0);
}

}  // namespace
}  // namespace crimux::vm
