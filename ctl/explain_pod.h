#pragma once

#include <functional>
#include <string>

#include <boost/json.hpp>

#include "ctl/manifest/pod_marks.h"

namespace crimux::ctl {

// What the kubelet tells a runtime of a pod beside its manifest.
struct ExplainContext {
  // The RuntimeClass's handler; empty: the class's in the manifest, else its name.
  std::string handler;
  // Whether the kubelet sends the handler with images too (its feature gate
  // RuntimeClassInImageCriApi, off by default).
  bool handler_with_images = false;
};

// POST /explain: a subject, and the page about it.
using AskExplain = std::function<boost::json::object(const boost::json::object& subject)>;

// Where a pod's sandbox and the image of each of its containers go:
//   {"title", "handler", "sandbox": page, "images": [{"container", "image", "page"}],
//    "warnings": [...], "refused": whether it can't run}
// Warnings tell what would surprise: an image that goes to another runtime than the sandbox.
boost::json::object ExplainPod(const PodMarks& pod, const MarkedManifests& manifests,
                               const ExplainContext& context, const AskExplain& ask);

// The same for people.
std::string PodReport(const boost::json::object& explained);

}  // namespace crimux::ctl
