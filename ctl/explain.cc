#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "ctl/commands.h"
#include "ctl/explain_pod.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

constexpr int kRefused = 1;

struct ExplainOptions {
  std::string target;
  ExplainContext context;
  // For an image name only.
  std::vector<std::string> annotations;
};

json::object Ask(const std::string& socket, const json::object& subject) {
  return ParsePage("explain", PostOverSocket(socket, "/explain", json::serialize(subject)));
}

bool IsManifest(const std::string& target) {
  return target == "-" || target.starts_with('/') || target.starts_with('.') ||
         std::filesystem::is_regular_file(target);
}

MarkedManifests ReadMarks(const std::string& file) {
  if (file != "-") return ParseMarks(ReadFile(file), file);
  return ParseMarks(std::string(std::istreambuf_iterator<char>(std::cin), {}), "stdin");
}

// Whether all of them can run.
bool ExplainManifest(const ExplainOptions& options, const StatusOptions& status) {
  MarkedManifests manifests = ReadMarks(options.target);
  for (const std::string& note : manifests.notes) fmt::print(stderr, "crimuxctl: {}\n", note);
  json::array all;
  bool refused = false;
  for (const PodMarks& pod : manifests.pods) {
    json::object explained =
        ExplainPod(pod, manifests, options.context,
                   [&](const json::object& subject) { return Ask(status.socket, subject); });
    refused = refused || explained.at("refused").as_bool();
    if (!status.WantsJson()) fmt::print("{}{}", all.empty() ? "" : "\n", PodReport(explained));
    all.push_back(std::move(explained));
  }
  if (status.WantsJson()) {
    fmt::print("{}\n", json::serialize(json::object{{"pods", std::move(all)}}));
  }
  return !refused;
}

json::object ImageSubject(const ExplainOptions& options) {
  json::object annotations;
  for (const std::string& pair : options.annotations) {
    size_t sign = pair.find('=');
    if (sign == std::string::npos) {
      throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read annotation", pair,
                  "must be NAME=VALUE");
    }
    annotations[pair.substr(0, sign)] = pair.substr(sign + 1);
  }
  return {{"image", options.target},
          {"handler", options.context.handler},
          {"annotations", std::move(annotations)}};
}

bool ExplainImage(const ExplainOptions& options, const StatusOptions& status) {
  json::object page = Ask(status.socket, ImageSubject(options));
  fmt::print("{}", status.WantsJson() ? json::serialize(page) + "\n"
                                      : ExplainReport("Image " + options.target, page));
  return TextAt(page, "/decidedBy") != "refused";
}

}  // namespace

void AddExplain(CLI::App& app) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "Show where a pod or an image goes, and why not elsewhere");
  auto status = AddStatusOptions(command);
  command
      ->add_option("TARGET", options->target,
                   "Manifest with pods, - for standard input, or an image name")
      ->required();
  command->add_option("--handler", options->context.handler,
                      "RuntimeClass handler; default: of a RuntimeClass in the manifest, else its "
                      "name");
  command->add_flag("--image-handler", options->context.handler_with_images,
                    "The kubelet sends the handler with images (RuntimeClassInImageCriApi)");
  command
      ->add_option("--annotation", options->annotations,
                   "For an image name: an annotation of its pod")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->callback([options, status] {
    bool runs = IsManifest(options->target) ? ExplainManifest(*options, *status)
                                            : ExplainImage(*options, *status);
    if (!runs) throw CLI::RuntimeError(kRefused);
  });
}

}  // namespace crimux::ctl
