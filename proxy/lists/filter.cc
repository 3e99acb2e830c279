#include "proxy/lists/filter.h"

#include <algorithm>
#include <string_view>

#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

namespace cri = runtime::v1;

template <class Labels>
bool HasLabels(const Labels& wanted, const Labels& labels) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
    auto found = labels.find(want.first);
    return found != labels.end() && found->second == want.second;
  });
}

// Runtimes take the beginning of an id for the id.
bool HasId(const std::string& wanted, const std::string& id) { return id.starts_with(wanted); }

bool Passes(const cri::PodSandboxFilter& filter, const cri::PodSandbox& sandbox) {
  if (filter.has_state() && filter.state().state() != sandbox.state()) return false;
  return HasId(filter.id(), sandbox.id()) && HasLabels(filter.label_selector(), sandbox.labels());
}

bool Passes(const cri::ContainerFilter& filter, const cri::Container& container) {
  if (filter.has_state() && filter.state().state() != container.state()) return false;
  return HasId(filter.id(), container.id()) &&
         HasId(filter.pod_sandbox_id(), container.pod_sandbox_id()) &&
         HasLabels(filter.label_selector(), container.labels());
}

bool Passes(const cri::ImageFilter& filter, const cri::Image& image) {
  const std::string& wanted = filter.image().image();
  auto is_wanted = [&](const std::string& name) {
    return name == wanted || name == wanted + ":latest";
  };
  return wanted.empty() || image.id() == wanted || image.id() == "sha256:" + wanted ||
         std::any_of(image.repo_tags().begin(), image.repo_tags().end(), is_wanted) ||
         std::any_of(image.repo_digests().begin(), image.repo_digests().end(), is_wanted);
}

template <class Filter, class Response, class Items>
std::optional<grpc::ByteBuffer> Apply(const std::string& serialized,
                                      const grpc::ByteBuffer& complete,
                                      Items* (Response::*items)()) {
  Filter filter;
  Response response;
  if (!filter.ParseFromString(serialized) || !FromBuffer(complete, &response)) return std::nullopt;
  Items* all = (response.*items)();
  auto kept = std::stable_partition(all->begin(), all->end(),
                                    [&](const auto& item) { return Passes(filter, item); });
  all->erase(kept, all->end());
  return ToBuffer(response);
}

}  // namespace

std::optional<grpc::ByteBuffer> ApplyFilter(const Method& list, const std::string& filter,
                                            const grpc::ByteBuffer& complete) {
  if (filter.empty()) return complete;
  switch (list.traits.items) {
    case Object::kSandbox:
      return Apply<cri::PodSandboxFilter>(filter, complete,
                                          &cri::ListPodSandboxResponse::mutable_items);
    case Object::kContainer:
      return Apply<cri::ContainerFilter>(filter, complete,
                                         &cri::ListContainersResponse::mutable_containers);
    case Object::kImage:
      return Apply<cri::ImageFilter>(filter, complete, &cri::ListImagesResponse::mutable_images);
    case Object::kNone:
      return complete;
  }
  return std::nullopt;
}

}  // namespace crimux::proxy
