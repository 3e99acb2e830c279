#include "ctl/report/reports.h"

#include <catch2/catch.hpp>

#include "ctl/report/json_view.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kCalls[] = R"({
"inFlight":[{"method":"PullImage","runtime":"containerd","ageSeconds":12.5}],
"slowest":[{"method":"RunPodSandbox","runtime":"vm","code":"OK","seconds":2.25,"agoSeconds":61,
            "ended":"2026-03-04T05:06:07Z"}],
"failed":[{"method":"StopContainer","runtime":"","code":"Unavailable","seconds":0.0012,
           "agoSeconds":5,"ended":"2026-03-04T05:07:03Z"}],
"methods":[{"method":"ListContainers","runtime":"*","calls":100,
            "codes":{"OK":97,"Unavailable":2,"Unknown":1},"meanSeconds":0.0004,
            "p99Seconds":0.0049,"maxSeconds":1.5,"lastAgoSeconds":0.4}],
"unknownMethods":{"/a.B/C":3}})";

TEST_CASE("calls are shown in flight, slowest, failed, and by method") {
  CHECK(CallsReport(ParsePage("calls", kCalls)) ==
        "Calls in flight:\n"
        "METHOD     RUNTIME     AGE\n"
        "PullImage  containerd  12.50s\n"
        "\n"
        "Slowest of the last hour:\n"
        "METHOD         RUNTIME  CODE  TOOK   ENDED                 AGO\n"
        "RunPodSandbox  vm       OK    2.25s  2026-03-04T05:06:07Z  61s\n"
        "\n"
        "Latest that failed:\n"
        "METHOD         RUNTIME  CODE         TOOK   ENDED                 AGO\n"
        "StopContainer  -        Unavailable  1.2ms  2026-03-04T05:07:03Z  5s\n"
        "\n"
        "All calls since crimuxd started; runtime \"*\" is all of them, \"-\" crimux itself:\n"
        "METHOD          RUNTIME  CALLS  FAILED                   MEAN   P99    MAX    LAST\n"
        "ListContainers  *        100    Unavailable:2,Unknown:1  400us  4.9ms  1.50s  0s\n"
        "\n"
        "/a.B/C was called 3 times, and is not known here.\n");
}

TEST_CASE("a calls page with nothing in it is shown") {
  CHECK(CallsReport({}) == "No calls in flight.\n");
}

TEST_CASE("the last known lists of a runtime that is down are shown with their ages") {
  auto page = ParsePage("runtimes", R"({"runtimes":[
      {"name":"a","state":"down","endpoint":"unix:///a","lastError":"refused",
       "lists":[{"method":"ListContainers","bytes":7,"ageSeconds":65},
                {"method":"ListImages","bytes":7,"ageSeconds":600}]},
      {"name":"b","state":"up","endpoint":"unix:///b",
       "lists":[{"method":"ListImages","bytes":7,"ageSeconds":1}]}]})");
  CHECK(RuntimesReport(page) ==
        "RUNTIME  STATE  DEFAULT  PODS  CONTAINERS  IMAGES  VERSION  ENDPOINT\n"
        "a        down   -        -     -           -       -        unix:///a\n"
        "b        up     -        -     -           -       -        unix:///b\n"
        "a: last error: refused\n"
        "a: last known lists and their ages: ListContainers (65s), ListImages (10m)\n");
}

TEST_CASE("owners are shown one a line") {
  auto page = ParsePage("owners", R"({"owners":[{"kind":"sandbox","id":"ab","runtime":"vm"}]})");
  CHECK(OwnersReport(page) == "KIND     ID  RUNTIME\nsandbox  ab  vm\n");
}

TEST_CASE("the holders of an image that is an id are shown") {
  auto page = ParsePage("explain", R"({"runtime":"c","decidedBy":"default","reason":"r",
      "routes":[{"route":"handler=vm -> vm","decides":false,"whyNot":"w"}],"holders":["a","b"]})");
  CHECK(ExplainReport("Image x", page) ==
        "Image x goes to c\n"
        "  r\n"
        "  it is an id, so except for a pull it goes to who has it: a, b\n"
        "  #  ROUTE             WHY NOT\n"
        "  1  handler=vm -> vm  w\n");
}

TEST_CASE("durations have the unit that suits them") {
  CHECK(FormatDuration(microseconds(0)) == "0us");
  CHECK(FormatDuration(microseconds(250)) == "250us");
  CHECK(FormatDuration(microseconds(4500)) == "4.5ms");
  CHECK(FormatDuration(milliseconds(1250)) == "1.25s");
  CHECK(FormatDuration(seconds(600)) == "10m");
}

TEST_CASE("pulls under way and images are shown as tables") {
  const char* page = R"({
  "pulls":[{"name":"vm/fw:v1","source":"https://h/fw","phase":"fetching","bytes":13107200,
            "totalBytes":104857600,"bytesPerSecond":1048576,"ageSeconds":12.7},
           {"name":"vm/b","source":"oci://h/b:latest","phase":"checking","bytes":0,
            "bytesPerSecond":0,"ageSeconds":130}],
  "images":[{"id":"sha256:0123456789abcdef0123","tags":["vm/a:1","vm/a:2"],"digests":["vm/a@x"],
             "bytes":1000,"diskBytes":2147483648,"format":"qcow2"},
            {"id":"sha256:1123456789abcdef0123","tags":[],"digests":["vm/b@x"],"bytes":2048,
             "diskBytes":1099511627776,"format":"qcow2"},{}]})";
  CHECK(ImagesReport(ParsePage("images", page)) ==
        "Pulls under way:\n"
        "IMAGE     SOURCE            PHASE     DONE                        PER SECOND  AGE\n"
        "vm/fw:v1  https://h/fw      fetching  12.5MiB of 100.0MiB (12 %)  1.0MiB      12s\n"
        "vm/b      oci://h/b:latest  checking  0B                          0B          2m\n"
        "\n"
        "Images:\n"
        "IMAGE   ID                   SIZE    DISK    FORMAT\n"
        "vm/a:1  sha256:0123456789ab  1000B   2.0GiB  qcow2\n"
        "vm/a:2  sha256:0123456789ab  1000B   2.0GiB  qcow2\n"
        "vm/b@x  sha256:1123456789ab  2.0KiB  1.0TiB  qcow2\n"
        "-       -                    -       -       -\n");
  CHECK(ImagesReport({}) == "No pulls under way.\n");
}

}  // namespace
}  // namespace crimux::ctl
