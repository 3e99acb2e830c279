#include "ctl/commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/fd.h"
#include "tests/ctl/fake_service.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

// A pod "vm", whose machine runs, and a pod "box" of a container.
struct CommandsBench {
  CommandsBench() : service(dir.path() / "s") {
    common.endpoint = "unix://" + (dir.path() / "s").string();
    AddAttach(app, common);
    AddConsole(app, common);
    AddScreenshot(app, common);
    AddVnc(app, common);
    AddPod("vm", "guest");
    AddPod("box", "main");
    service.container_info["c-vm"] = R"({"domain": "c-vm"})";
    service.failures["Attach"] = {grpc::StatusCode::NOT_FOUND, "so far, so good"};
  }
  void AddPod(const std::string& name, const std::string& container_name) {
    runtime::v1::PodSandbox sandbox;
    sandbox.set_id("s-" + name);
    sandbox.mutable_metadata()->set_name(name);
    service.sandboxes.push_back(sandbox);
    runtime::v1::Container container;
    container.set_id("c-" + name);
    container.set_pod_sandbox_id("s-" + name);
    container.mutable_metadata()->set_name(container_name);
    container.set_state(runtime::v1::CONTAINER_RUNNING);
    service.containers.push_back(container);
  }
  // What the command fails with.
  std::string Run(const std::string& words) {
    try {
      app.parse(words);
    } catch (const Error& e) {
      return e.what();
    } catch (const CLI::ExtrasError&) {
      return "ExtrasError";  // which is not its name
    } catch (const CLI::ParseError& e) {
      return e.get_name();
    }
    return "";
  }

  TemporaryDir dir;
  FakeService service;
  Common common;
  CLI::App app;
};

// The standard input is no terminal meanwhile.
class NoTerminal {
 public:
  NoTerminal() : before_(::dup(STDIN_FILENO)) {
    UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ::dup2(null.get(), STDIN_FILENO);
  }
  NoTerminal(const NoTerminal&) = delete;
  NoTerminal& operator=(const NoTerminal&) = delete;
  ~NoTerminal() { ::dup2(before_.get(), STDIN_FILENO); }

 private:
  UniqueFd before_;
};

TEST_CASE("attach asks for what its options say; a terminal has one output") {
  CommandsBench bench;
  CHECK_THAT(bench.Run("attach box"), Catch::Contains("so far, so good"));
  CHECK(bench.service.attach_request.container_id() == "c-box");
  CHECK(bench.service.attach_request.stdout());
  CHECK(bench.service.attach_request.stderr());
  CHECK_FALSE(bench.service.attach_request.stdin());
  CHECK_FALSE(bench.service.attach_request.tty());
  CHECK_THAT(bench.Run("attach -it vm -c guest"), Catch::Contains("so far, so good"));
  CHECK(bench.service.attach_request.container_id() == "c-vm");
  CHECK(bench.service.attach_request.stdin());
  CHECK(bench.service.attach_request.tty());
  CHECK_FALSE(bench.service.attach_request.stderr());
  CHECK(bench.Run("attach vm -c other") == "find container \"other\": pod \"vm\" has guest");
}

TEST_CASE("console, screenshot and vnc take a VM") {
  CommandsBench bench;
  NoTerminal no_terminal;
  CHECK(bench.Run("console box") == "open console of \"box\": it is a pod of containers, not a VM");
  CHECK_THAT(bench.Run("console vm"), Catch::Contains("the standard input is no terminal"));
  std::string file = (bench.dir.path() / "picture.png").string();
  CHECK(bench.Run("screenshot box -o " + file) ==
        "take screenshot of \"box\": it is a pod of containers, not a VM");
  CHECK(bench.Run("vnc box --port 0") ==
        "find VNC server of \"box\": it is a pod of containers, not a VM");
  CHECK(bench.service.calls.end() ==
        std::find(bench.service.calls.begin(), bench.service.calls.end(), "Attach"));
}

TEST_CASE("screenshot and vnc ask the status socket that is named") {
  CommandsBench bench;
  std::string socket = (bench.dir.path() / "none.sock").string();
  std::string file = (bench.dir.path() / "picture.png").string();
  for (const std::string& command : {"screenshot vm -o " + file, std::string("vnc vm")}) {
    CHECK_THAT(bench.Run(command + " --socket " + socket), Catch::Contains(socket));
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("what a command lacks, or can't take, is a fault of the command line") {
  CommandsBench bench;
  for (const char* command : {"attach", "console", "screenshot", "vnc"}) {
    INFO(command);
    CHECK(bench.Run(command) == "RequiredError");
  }
  CHECK(bench.Run("vnc vm --port 65536") == "ConversionError");
  CHECK(bench.Run("vnc vm --port tcp") == "ConversionError");
  CHECK(bench.Run("console vm -t") == "ExtrasError");
  CHECK(bench.Run("screenshot vm -o") == "ArgumentMismatch");
  CHECK(bench.service.calls.empty());
}

}  // namespace
}  // namespace crimux::ctl
