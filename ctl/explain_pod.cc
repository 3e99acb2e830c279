#include "ctl/explain_pod.h"

#include <fmt/format.h>

#include "base/error.h"
#include "ctl/kubelet/image_name.h"
#include "ctl/kubelet/names.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

json::object ToJson(const std::map<std::string, std::string>& map) {
  json::object object;
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

bool IsRefused(const json::object& page) { return TextAt(page, "/decidedBy") == "refused"; }

// One pod being explained.
class PodExplainer {
 public:
  PodExplainer(const PodMarks& pod, const ExplainContext& context, const AskExplain& ask)
      : pod_(pod), context_(context), ask_(ask) {}

  json::object Run(const MarkedManifests& manifests) {
    ChooseHandler(manifests);
    json::object sandbox = ask_(SandboxSubject());
    refused_ = IsRefused(sandbox);
    json::array images;
    for (const MarkedImage& image : pod_.images) images.push_back(ExplainImage(image, sandbox));
    return {{"title", pod_.title},         {"handler", handler_},   {"sandbox", std::move(sandbox)},
            {"images", std::move(images)}, {"warnings", warnings_}, {"refused", refused_}};
  }

 private:
  // The manifest names a RuntimeClass, which names the handler.
  void ChooseHandler(const MarkedManifests& manifests) {
    handler_ = context_.handler;
    if (!handler_.empty() || pod_.runtime_class.empty()) return;
    auto known = manifests.handlers.find(pod_.runtime_class);
    handler_ = known == manifests.handlers.end() ? pod_.runtime_class : known->second;
    if (known != manifests.handlers.end()) return;
    Warn(
        fmt::format("RuntimeClass {0} is not in the manifest: its handler is taken to be \"{0}\"; "
                    "--handler says otherwise",
                    pod_.runtime_class));
  }

  // As the kubelet words RunPodSandbox.
  json::object SandboxSubject() const {
    json::object labels = ToJson(pod_.labels);
    labels[kPodNameLabel] = pod_.name;
    labels[kPodNamespaceLabel] = pod_.pod_namespace;
    return {{"handler", handler_},
            {"annotations", ToJson(pod_.annotations)},
            {"labels", std::move(labels)},
            {"namespace", pod_.pod_namespace}};
  }

  // As it words PullImage, with the whole sandbox; ImageStatus has the annotations alone.
  json::object ImageSubject(const std::string& image, bool pull) const {
    json::object subject = pull ? SandboxSubject() : json::object();
    subject["annotations"] = ToJson(pod_.annotations);
    subject["handler"] = context_.handler_with_images ? handler_ : "";
    subject["image"] = image;
    return subject;
  }

  json::object ExplainImage(const MarkedImage& image, const json::object& sandbox) {
    std::string name = NormalName(image);
    json::object page = ask_(ImageSubject(name, true));
    if (IsRefused(page)) {
      refused_ = true;
    } else {
      CompareWithStatus(image, name, page);
      CompareWithSandbox(image, page, sandbox);
    }
    return {{"container", image.container}, {"image", name}, {"page", std::move(page)}};
  }

  std::string NormalName(const MarkedImage& image) {
    try {
      return NormalImageName(image.image);
    } catch (const Error& e) {
      Warn(fmt::format("container {}: the kubelet refuses the image's name: {}", image.container,
                       e.what()));
      refused_ = true;
      return image.image;
    }
  }

  void CompareWithStatus(const MarkedImage& image, const std::string& name,
                         const json::object& pull) {
    std::string asked = TextAt(ask_(ImageSubject(name, false)), "/runtime");
    std::string pulls = TextAt(pull, "/runtime");
    if (asked == pulls) return;
    Warn(
        fmt::format("container {}: {} pulls the image, but {} is asked whether it is there, since "
                    "labels and namespace come with PullImage only: route by annotation or name",
                    image.container, pulls, asked));
  }

  void CompareWithSandbox(const MarkedImage& image, const json::object& page,
                          const json::object& sandbox) {
    std::string to = TextAt(page, "/runtime");
    std::string pod = TextAt(sandbox, "/runtime");
    if (to == pod || IsRefused(sandbox)) return;
    Warn(
        fmt::format("container {}: its image goes to {}, but the pod to {}, which will not find "
                    "it there: mark the pod with an annotation that a route names, or begin the "
                    "image's name with a prefix that one does",
                    image.container, to, pod));
  }

  void Warn(std::string warning) { warnings_.push_back(json::string(warning)); }

  const PodMarks& pod_;
  const ExplainContext& context_;
  const AskExplain& ask_;
  std::string handler_;
  json::array warnings_;
  bool refused_ = false;
};

}  // namespace

json::object ExplainPod(const PodMarks& pod, const MarkedManifests& manifests,
                        const ExplainContext& context, const AskExplain& ask) {
  return PodExplainer(pod, context, ask).Run(manifests);
}

std::string PodReport(const json::object& explained) {
  std::string handler = TextAt(explained, "/handler");
  std::string text = fmt::format("{}{}\n\n", TextAt(explained, "/title"),
                                 handler.empty() ? "" : fmt::format(", handler \"{}\"", handler));
  text += ExplainReport("The sandbox", explained.at("sandbox").as_object());
  for (const json::value& image : ArrayAt(explained, "images")) {
    std::string what = fmt::format("The image of container {}, {},", TextAt(image, "/container"),
                                   TextAt(image, "/image"));
    text += "\n" + ExplainReport(what, image.at("page").as_object());
  }
  for (const json::value& warning : ArrayAt(explained, "warnings")) {
    text += fmt::format("\nWarning: {}\n", warning.as_string().c_str());
  }
  return text;
}

}  // namespace crimux::ctl
