// Where the pods of a manifest go. The answers are those of the proxy's own page.
#include <catch2/catch.hpp>

#include "base/error.h"
#include "config/config.h"
#include "ctl/explain_pod.h"
#include "ctl/report/json_view.h"
#include "proxy/status/pages.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

// What a crimuxd with that config answers to POST /explain.
class Proxy {
 public:
  explicit Proxy(const Config& config) : router_(config) {}

  json::object Explain(const json::object& subject) const {
    proxy::StatusReply reply = proxy::ExplainPage(router_, {}, json::serialize(subject));
    REQUIRE(reply.code == 200);
    return ParsePage("explain", reply.render());
  }

 private:
  proxy::Router router_;
};

json::object Explained(const std::string& manifest, const ExplainContext& context = {},
                       const Config& config = DefaultConfig()) {
  Proxy proxy(config);
  MarkedManifests manifests = ParseMarks(manifest, "m");
  return ExplainPod(manifests.pods.front(), manifests, context,
                    [&](const json::object& subject) { return proxy.Explain(subject); });
}

std::string PodWith(const std::string& metadata, const std::string& spec,
                    const std::string& image = "vm.crimux.io/example.org/disk.qcow2") {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: web" + metadata + "}\nspec:\n  " + spec +
         "\n  containers: [{name: guest, image: " + image + "}]\n";
}

constexpr char kPlain[] = "nodeName: here";

TEST_CASE("a pod without marks goes to the default runtime with its image") {
  json::object pod = Explained(PodWith("", kPlain, "busybox"));
  CHECK(TextAt(pod, "/sandbox/runtime") == "containerd");
  CHECK(TextAt(pod, "/images/0/page/runtime") == "containerd");
  CHECK(TextAt(pod, "/images/0/image") == "busybox:latest");
  CHECK(pod.at("warnings").as_array().empty());
  CHECK(pod.at("refused") == false);
}

TEST_CASE("an annotation takes pod and image to the VM runtime") {
  json::object pod =
      Explained(PodWith(", annotations: {kubernetes.io/target-runtime: vm}", kPlain, "disk"));
  CHECK(TextAt(pod, "/sandbox/runtime") == "vm");
  CHECK(TextAt(pod, "/images/0/page/runtime") == "vm");
  CHECK(pod.at("warnings").as_array().empty());
}

TEST_CASE("an image that goes elsewhere than its pod is warned of") {
  ExplainContext context{.handler = "vm"};
  json::object pod = Explained(PodWith("", "runtimeClassName: virtual", "disk"), context);
  CHECK(TextAt(pod, "/sandbox/runtime") == "vm");
  CHECK(TextAt(pod, "/images/0/page/runtime") == "containerd");
  REQUIRE(pod.at("warnings").as_array().size() == 1);
  CHECK_THAT(TextAt(pod, "/warnings/0"),
             Catch::StartsWith("container guest: its image goes to containerd, but the pod to vm"));
  context.handler_with_images = true;
  pod = Explained(PodWith("", "runtimeClassName: virtual", "disk"), context);
  CHECK(TextAt(pod, "/images/0/page/runtime") == "vm");
  CHECK(pod.at("warnings").as_array().empty());
}

TEST_CASE("the handler is the RuntimeClass's in the manifest, else its name with a warning") {
  std::string pod = PodWith("", "runtimeClassName: virtual");
  json::object unknown = Explained(pod);
  CHECK(TextAt(unknown, "/handler") == "virtual");
  CHECK_THAT(TextAt(unknown, "/warnings/0"),
             Catch::StartsWith("RuntimeClass virtual is not in the manifest"));
  json::object known =
      Explained(pod +
                "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: virtual}\n"
                "handler: vm\n");
  CHECK(TextAt(known, "/handler") == "vm");
  CHECK(TextAt(known, "/sandbox/runtime") == "vm");
  CHECK(known.at("warnings").as_array().empty());
}

TEST_CASE("an annotation that names no runtime is refused") {
  json::object pod =
      Explained(PodWith(", annotations: {kubernetes.io/target-runtime: moon}", kPlain));
  CHECK(pod.at("refused") == true);
  CHECK(TextAt(pod, "/sandbox/decidedBy") == "refused");
  CHECK_THAT(PodReport(pod), Catch::Contains("The sandbox is refused\n"));
}

TEST_CASE("a route by label, which ImageStatus does not carry, is warned of") {
  Config config = DefaultConfig();
  config.routes = {{.runtime = "vm", .label = {{"app", {"fw"}}}}};
  json::object pod = Explained(PodWith(", labels: {app: fw}", kPlain, "disk"), {}, config);
  CHECK(TextAt(pod, "/images/0/page/runtime") == "vm");
  CHECK_THAT(TextAt(pod, "/warnings/0"),
             Catch::Contains("vm pulls the image, but containerd is asked whether it is there"));
}

TEST_CASE("an image name that the kubelet refuses is told") {
  json::object pod = Explained(PodWith("", kPlain, "Busybox"));
  CHECK(pod.at("refused") == true);
  CHECK_THAT(TextAt(pod, "/warnings/0"), Catch::Contains("the kubelet refuses the image's name"));
}

TEST_CASE("the report names where each part goes and why not elsewhere") {
  Config config = DefaultConfig();
  config.routes = {{.runtime = "vm", .handler = "vm"},
                   {.runtime = "vm", .image_prefix = {"vm.example/"}}};
  json::object pod =
      Explained(PodWith(", namespace: shop", "runtimeClassName: vm", "vm.example/a:1"),
                {.handler = "vm"}, config);
  CHECK(PodReport(pod) ==
        "Pod shop/web, handler \"vm\"\n"
        "\n"
        "The sandbox goes to vm\n"
        "  route 1 decides: handler=vm -> vm\n"
        "  #  ROUTE                           WHY NOT\n"
        "  1  handler=vm -> vm                (decides)\n"
        "  2  image prefix=vm.example/ -> vm  it routes images only\n"
        "\n"
        "The image of container guest, vm.example/a:1, goes to vm\n"
        "  route 2 decides: image prefix=vm.example/ -> vm\n"
        "  #  ROUTE                           WHY NOT\n"
        "  1  handler=vm -> vm                it has no handler; wanted is \"vm\"\n"
        "  2  image prefix=vm.example/ -> vm  (decides)\n");
}

TEST_CASE("templates of Deployments, CronJobs and others are read, and other kinds passed over") {
  std::string deployment =
      "kind: Deployment\nmetadata: {name: d, namespace: shop}\nspec:\n  replicas: 3\n  template:\n"
      "    metadata: {labels: {a: b}}\n    spec:\n"
      "      volumes: [{name: x, secret: {secretName: y}}]\n"
      "      initContainers: [{name: i, image: init}]\n"
      "      containers: [{name: c, image: main, envFrom: [{configMapRef: {name: z}}]}]\n";
  std::string cron_job =
      "kind: CronJob\nmetadata: {name: j}\nspec: {jobTemplate: {spec: {template: {spec: "
      "{runtimeClassName: vm, containers: [{name: c, image: main}]}}}}}\n";
  MarkedManifests all = ParseMarks(deployment + "---\nkind: Service\n---\n" + cron_job, "all.yaml");
  REQUIRE(all.pods.size() == 2);
  CHECK(all.pods[0].title == "Deployment shop/d");
  CHECK(all.pods[0].labels.at("a") == "b");
  REQUIRE(all.pods[0].images.size() == 2);
  CHECK(all.pods[0].images[0].image == "init");
  CHECK(all.pods[1].runtime_class == "vm");
  CHECK(all.pods[1].pod_namespace == "default");
  REQUIRE(all.notes.size() == 1);
  CHECK_THAT(all.notes[0], Catch::Contains("kind Service: passed over"));
}

TEST_CASE("a manifest without a pod is refused with its name") {
  CHECK_THROWS_WITH(ParseMarks("kind: Service\n", "s.yaml"), Catch::Contains("s.yaml"));
  CHECK_THROWS_WITH(ParseMarks("kind: Deployment\n", "d.yaml"),
                    Catch::Contains("has no pod template"));
  CHECK_THROWS_WITH(ParseMarks("a: b\n", "x.yaml"), Catch::Contains("has no kind"));
  CHECK_THROWS_AS(ParseMarks("{", "x.yaml"), Error);
}

}  // namespace
}  // namespace crimux::ctl
