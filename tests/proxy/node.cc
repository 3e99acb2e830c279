#include "tests/proxy/node.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace crimux {
namespace {

std::string Unix(const std::filesystem::path& socket) { return "unix://" + socket.native(); }

}  // namespace

Node::Node() {
  config.listen = dir.path() / "crimux.sock";
  config.status = dir.path() / "status.sock";
  config.last_known_dir = dir.path() / "last-known";
  config.drain_timeout = std::chrono::seconds(5);
  config.runtimes = {
      {.name = "main", .endpoint = Unix(dir.path() / "main.sock"), .is_default = true},
      {.name = "side", .endpoint = Unix(dir.path() / "side.sock")},
      {.name = "vm", .vm = VmConfig{}},
  };
  config.routes = {
      {.runtime = "vm", .handler = "vm"},
      {.runtime = "vm", .annotation = {{"kubernetes.io/target-runtime", {"vm", "virtlet.cloud"}}}},
      {.runtime = "side", .label = {{"tier", {"side"}}}},
      {.runtime = "side", .pod_namespace = {"side-system"}},
      {.runtime = "vm", .image_prefix = {"vm.crimux.io/"}},
      {.runtime = "side", .image_prefix = {"side.example/"}},
  };
}

void Node::Start() {
  main_server.emplace(main, dir.path() / "main.sock");
  side_server.emplace(side, dir.path() / "side.sock");
  StartProxy();
}

void Node::StartProxy() {
  proxy.emplace(config, std::map<std::string, proxy::EmbeddedService>{{"vm", Embedded(vm)}},
                on_reload);
  auto channel = MakeChannel();
  runtime = runtime::v1::RuntimeService::NewStub(channel);
  image = runtime::v1::ImageService::NewStub(channel);
}

std::string Node::Asked() {
  std::string asked;
  for (auto& [name, cri] :
       {std::pair{"main", &main}, std::pair{"side", &side}, std::pair{"vm", &vm}}) {
    for (const std::string& method : cri->TakeAsked()) {
      if (method == "Version") continue;
      if (!asked.empty()) asked += "; ";
      asked += std::string(name) + ": " + method;
    }
  }
  return asked;
}

HttpReply Node::Http(const std::string& method, const std::string& target,
                     const std::string& body) const {
  namespace http = boost::beast::http;
  boost::asio::io_context io;
  boost::asio::local::stream_protocol::socket socket(io);
  socket.connect(config.status.native());
  http::request<http::string_body> request(http::string_to_verb(method), target, 11, body);
  request.set(http::field::host, "crimux");
  request.prepare_payload();
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(socket, buffer, response);
  return {response.result_int(), std::string(response[http::field::content_type]), response.body()};
}

std::shared_ptr<grpc::Channel> Node::MakeChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // So that no more is on its way to a client that doesn't read than it asked for.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetMaxReceiveMessageSize(32 << 20);
  return grpc::CreateCustomChannel(Unix(config.listen), grpc::InsecureChannelCredentials(),
                                   arguments);
}

grpc::Status StatusOf(Node& node, const std::string& id, grpc::ClientContext* context) {
  runtime::v1::ContainerStatusRequest request;
  request.set_container_id(id);
  runtime::v1::ContainerStatusResponse response;
  return node.runtime->ContainerStatus(context, request, &response);
}

grpc::Status StatusOf(Node& node, const std::string& id) {
  Context context;
  return StatusOf(node, id, &context);
}

bool Eventually(const std::function<bool()>& condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace crimux
