#include "vmruntime/network/cni/cni_network.h"

#include <exception>
#include <ranges>
#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/log.h"
#include "base/rollback.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

// The values for those capabilities that the plugin declares.
json::object RuntimeConfig(const json::object& plugin, const json::object& capabilities) {
  json::object runtime;
  const json::value* declared = plugin.if_contains("capabilities");
  if (declared == nullptr || !declared->is_object()) return runtime;
  for (const auto& [name, enabled] : declared->as_object()) {
    const json::value* value = capabilities.if_contains(name);
    if (value != nullptr && enabled.is_bool() && enabled.as_bool()) runtime[name] = *value;
  }
  return runtime;
}

// What one plugin of the list gets on its standard input.
json::object PluginInput(const CniRecord& record, const json::object& plugin,
                         const std::optional<json::object>& previous) {
  json::object input = plugin;
  input["name"] = record.network.name;
  input["cniVersion"] = record.network.version;
  json::object runtime = RuntimeConfig(plugin, record.capabilities);
  if (!runtime.empty()) input["runtimeConfig"] = runtime;
  if (previous) input["prevResult"] = *previous;
  return input;
}

// Before 0.4.0, DEL got no prevResult.
bool DeleteTakesResult(const std::string& version) { return !version.starts_with("0.3."); }

bool HasGc(const CniNetworkConfig& network) {
  return network.version == "1.1.0" && !network.disable_gc;
}

// Calls `run` with each plugin, also after one failed; the first error is thrown at the end. `what`
// is for the log.
template <typename Plugins, typename Run>
void ForAll(const Plugins& plugins, const std::string& what, Run run) {
  std::exception_ptr first;
  for (const json::object& plugin : plugins) {
    try {
      run(plugin);
    } catch (const Error& error) {
      spdlog::warn("{}: {}", what, error.what());
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace

CniNetwork::CniNetwork(std::filesystem::path conf_dir, const CniPlugins& plugins,
                       const CniCache& cache)
    : conf_dir_(std::move(conf_dir)), plugins_(plugins), cache_(cache) {}

json::object CniNetwork::RunAdd(const CniAttachment& attachment, const CniRecord& record) const {
  std::optional<json::object> result;
  for (const json::object& plugin : record.network.plugins) {
    result = plugins_.Run("ADD", attachment, PluginInput(record, plugin, result));
    if (result->empty()) {
      throw Error(grpc::INTERNAL, "CNI ADD", JsonString(plugin, "type"), "it printed no result");
    }
    FaultPoint("run-pod.plugin-added");
  }
  return *std::move(result);
}

json::object CniNetwork::Add(const CniAttachment& attachment,
                             const json::object& capabilities) const {
  CniRecord record{.network = LoadDefaultNetwork(conf_dir_),
                   .if_name = attachment.if_name,
                   .args = attachment.args,
                   .capabilities = capabilities};
  // A missing plugin is found before the first one has done anything.
  for (const json::object& plugin : record.network.plugins) {
    plugins_.Find(JsonString(plugin, "type"));
  }
  cache_.Save(attachment.container_id, record);
  FaultPoint("run-pod.network-recorded");
  Rollback rollback;
  rollback.Add("CNI DEL", [&] { Delete(attachment); });
  record.result = RunAdd(attachment, record);
  cache_.Save(attachment.container_id, record);
  FaultPoint("run-pod.network-added");
  rollback.Commit();
  return *std::move(record.result);
}

void CniNetwork::RunDelete(const CniAttachment& attachment, const CniRecord& record) const {
  std::optional<json::object> previous;
  if (DeleteTakesResult(record.network.version)) previous = record.result;
  ForAll(record.network.plugins | std::views::reverse, "pod " + attachment.container_id,
         [&](const json::object& plugin) {
           plugins_.Run("DEL", attachment, PluginInput(record, plugin, previous));
           FaultPoint("stop-pod.plugin-deleted");
         });
}

void CniNetwork::Delete(CniAttachment attachment) const {
  std::optional<CniRecord> record = cache_.Load(attachment.container_id);
  if (record) {
    attachment.if_name = record->if_name;
    attachment.args = record->args;
  } else {
    try {
      record = CniRecord{.network = LoadDefaultNetwork(conf_dir_)};
    } catch (const Error& error) {
      spdlog::debug("pod {}: no CNI DEL: {}", attachment.container_id, error.what());
      return;
    }
  }
  RunDelete(attachment, *record);
  cache_.Remove(attachment.container_id);
  FaultPoint("stop-pod.network-forgotten");
}

json::array CniNetwork::Attachments(const std::string& network) const {
  json::array attachments;
  for (const std::string& id : cache_.Ids()) {
    std::optional<CniRecord> record = cache_.Load(id);
    if (!record) throw Error(grpc::INTERNAL, "CNI GC", network, "no telling what " + id + " holds");
    if (record->network.name != network) continue;
    attachments.push_back({{"containerID", id}, {"ifname", record->if_name}});
  }
  return attachments;
}

void CniNetwork::CollectGarbage() const {
  CniRecord record{.network = LoadDefaultNetwork(conf_dir_)};
  if (!HasGc(record.network)) return;
  json::array attachments = Attachments(record.network.name);
  ForAll(record.network.plugins, "CNI network " + record.network.name,
         [&](const json::object& plugin) {
           json::object input = PluginInput(record, plugin, std::nullopt);
           input["cni.dev/valid-attachments"] = attachments;
           plugins_.Run("GC", {.if_name = ""}, input);
         });
}

}  // namespace crimux::vm
