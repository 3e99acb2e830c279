#pragma once

#include <map>
#include <string>
#include <vector>

namespace crimux::ctl {

struct MarkedImage {
  std::string container;
  std::string image;
};

// What of a pod decides where it goes.
struct PodMarks {
  // "Deployment shop/web", for people.
  std::string title;
  std::string name;
  std::string pod_namespace = "default";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string runtime_class;
  // Of init containers, containers, in this order.
  std::vector<MarkedImage> images;
};

struct MarkedManifests {
  std::vector<PodMarks> pods;
  // RuntimeClass and its handler.
  std::map<std::string, std::string> handlers;
  // "file:line:column: kind ConfigMap: passed over"
  std::vector<std::string> notes;
};

// Reads Pods, the pod templates of Deployments and the like, and RuntimeClasses. All that doesn't
// decide where a pod goes is passed over, known or not. Throws Error (INVALID_ARGUMENT) with the
// place for what can't be read, and for a file that holds no pod.
MarkedManifests ParseMarks(const std::string& text, const std::string& name);

}  // namespace crimux::ctl
