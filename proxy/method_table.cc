#include "proxy/method_table.h"

#include <cassert>
#include <cstdlib>
#include <unordered_map>
#include <vector>

#include "proxy/image_names.h"

namespace crimux::proxy {
namespace {

using enum Dispatch;

constexpr Object kPods = Object::kSandbox;
constexpr Object kContainers = Object::kContainer;
constexpr Object kAnImage = Object::kImage;
constexpr Unknown kFine = Unknown::kSucceeds;
constexpr Away kStandIn = Away::kStandIn;
constexpr Away kLeftOut = Away::kLeftOut;
constexpr Lacking kPassedOver = Lacking::kLeftOut;
constexpr std::string_view kRuntime = "RuntimeService";
constexpr std::string_view kImages = "ImageService";

// The CRI, as crimux sees it. clang-format off keeps one method to a line.
// clang-format off
std::vector<Method> Table() {
  return {
    {kRuntime, "Version", kVersion, {}},
    {kRuntime, "Status", kStatus, {}},
    {kRuntime, "RuntimeConfig", kRuntimeConfig, {}},
    {kRuntime, "UpdateRuntimeConfig", kAll, {}},

    {kRuntime, "RunPodSandbox", kNewSandbox, {.creates = kPods, .changes = true}},
    {kRuntime, "StopPodSandbox", kSandbox, {.key = 1, .unknown = kFine, .changes = true}},
    {kRuntime, "RemovePodSandbox", kSandbox, {.key = 1, .unknown = kFine, .removes = true, .changes = true}},
    {kRuntime, "PodSandboxStatus", kSandbox, {.key = 1, .names_out = &kInSandboxStatusResponse}},
    {kRuntime, "PodSandboxStats", kSandbox, {.key = 1}},
    {kRuntime, "PortForward", kSandbox, {.key = 1, .answers_url = true}},
    {kRuntime, "UpdatePodSandboxResources", kSandbox, {.key = 1}},
    {kRuntime, "CheckpointPod", kSandbox, {.key = 1, .unbounded = true}},
    {kRuntime, "RestorePod", kSandbox, {.key = 1, .changes = true, .unbounded = true}},

    {kRuntime, "CreateContainer", kSandbox, {.key = 1, .creates = kContainers, .changes = true, .names_in = &kInCreateContainer}},
    {kRuntime, "StartContainer", kContainer, {.key = 1, .changes = true}},
    {kRuntime, "StopContainer", kContainer, {.key = 1, .unknown = kFine, .changes = true}},
    {kRuntime, "RemoveContainer", kContainer, {.key = 1, .unknown = kFine, .removes = true, .changes = true}},
    {kRuntime, "ContainerStatus", kContainer, {.key = 1, .names_out = &kInContainerStatusResponse}},
    {kRuntime, "ContainerStats", kContainer, {.key = 1}},
    {kRuntime, "UpdateContainerResources", kContainer, {.key = 1}},
    {kRuntime, "ReopenContainerLog", kContainer, {.key = 1}},
    {kRuntime, "ExecSync", kContainer, {.key = 1, .unbounded = true}},
    {kRuntime, "Exec", kContainer, {.key = 1, .answers_url = true}},
    {kRuntime, "Attach", kContainer, {.key = 1, .answers_url = true}},
    {kRuntime, "CheckpointContainer", kContainer, {.key = 1, .unbounded = true}},

    {kRuntime, "ListPodSandbox", kMerged, {.items = kPods, .filter_id = 1, .teaches = true, .away = kStandIn}},
    {kRuntime, "ListContainers", kMerged, {.items = kContainers, .filter_id = 1, .filter_sandbox = 3, .teaches = true, .away = kStandIn, .names_out = &kInContainers}},
    {kRuntime, "ListPodSandboxStats", kMerged, {.items = kPods, .filter_id = 1, .away = kLeftOut}},
    {kRuntime, "ListContainerStats", kMerged, {.items = kContainers, .filter_id = 1, .filter_sandbox = 2, .lacking = kPassedOver, .away = kLeftOut}},
    {kRuntime, "ListMetricDescriptors", kMerged, {.unique = true, .lacking = kPassedOver, .away = kLeftOut}},
    {kRuntime, "ListPodSandboxMetrics", kMerged, {.lacking = kPassedOver, .away = kLeftOut}},

    {kRuntime, "StreamPodSandboxes", kMergedStream, {.unary = "ListPodSandbox"}},
    {kRuntime, "StreamContainers", kMergedStream, {.unary = "ListContainers", .names_out = &kInContainers}},
    {kRuntime, "StreamPodSandboxStats", kMergedStream, {.unary = "ListPodSandboxStats"}},
    {kRuntime, "StreamContainerStats", kMergedStream, {.unary = "ListContainerStats"}},
    {kRuntime, "StreamPodSandboxMetrics", kMergedStream, {.unary = "ListPodSandboxMetrics"}},
    {kRuntime, "GetContainerEvents", kEvents, {.unbounded = true, .names_out = &kInContainerEvent}},

    {kImages, "ListImages", kMerged, {.items = kAnImage, .teaches = true, .away = kStandIn, .names_in = &kInImageListRequest, .names_out = &kInImages}},
    {kImages, "StreamImages", kMergedStream, {.unary = "ListImages", .names_in = &kInImageListRequest, .names_out = &kInImages}},
    {kImages, "ImageStatus", kImage, {.key = 1, .names_in = &kInImageRequest, .names_out = &kInImages}},
    {kImages, "PullImage", kImage, {.key = 1, .creates = kAnImage, .changes = true, .unbounded = true, .names_in = &kInImageRequest, .names_out = &kInPulled}},
    {kImages, "RemoveImage", kImage, {.key = 1, .unknown = kFine, .removes = true, .changes = true, .names_in = &kInImageRequest}},
    {kImages, "ImageFsInfo", kMerged, {.away = kStandIn}},
  };
}
// clang-format on

std::vector<Method> TableWithPaths() {
  std::vector<Method> table = Table();
  for (Method& method : table) {
    std::string rest = "." + std::string(method.service) + "/" + std::string(method.name);
    method.path = "/" + std::string(PackageOf(Api::kV1)) + rest;
    method.alpha_path = "/" + std::string(PackageOf(Api::kV1Alpha2)) + rest;
  }
  return table;
}

const std::vector<Method>& TheTable() {
  static const std::vector<Method> table = TableWithPaths();
  return table;
}

}  // namespace

std::string_view PackageOf(Api api) { return api == Api::kV1 ? "runtime.v1" : "runtime.v1alpha2"; }

std::span<const Method> Methods() { return TheTable(); }

const Method* FindMethod(std::string_view path) {
  static const auto by_path = [] {
    std::unordered_map<std::string_view, const Method*> map;
    for (const Method& method : TheTable()) {
      map[method.path] = &method;
      map[method.alpha_path] = &method;
    }
    return map;
  }();
  auto found = by_path.find(path);
  return found == by_path.end() ? nullptr : found->second;
}

const Method* FindMethodNamed(std::string_view name) {
  for (const Method& method : TheTable()) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

const Method& MethodNamed(std::string_view name) {
  if (const Method* method = FindMethodNamed(name)) return *method;
  assert(false && "a method that the table lacks");
  std::abort();
}

const Method& ListOf(Object kind) {
  for (const Method& method : TheTable()) {
    if (method.traits.teaches && method.traits.items == kind) return method;
  }
  assert(false && "a kind that no list tells");
  std::abort();
}

}  // namespace crimux::proxy
