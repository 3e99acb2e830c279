#pragma once

#include <vector>

#include "config/config.h"
#include "config/yaml_fields.h"
#include "config/yaml_value.h"

namespace crimux {

// One function a section of the file. All throw what YamlValue throws.

// `runtimes`: at least one; names, endpoints and `vm` once each; the default moved to the front.
// `listen` is our own socket, which no runtime may have as its endpoint.
std::vector<RuntimeConfig> ReadRuntimes(const YamlValue& value,
                                        const std::filesystem::path& listen);
VmConfig ReadVm(const YamlValue& value);
// Where streams are served: `streaming`, and in `vm` a part of it.
void ReadStreaming(const YamlValue& value, StreamServerConfig* streaming);
std::vector<YamlField> StreamServerFields(StreamServerConfig* streaming);
// `routes`: each names one of `runtimes` and has a condition.
std::vector<RouteConfig> ReadRoutes(const YamlValue& value,
                                    const std::vector<RuntimeConfig>& runtimes);

// What image names of a runtime begin with: words of lower-case letters, digits, ".", "-" and "_",
// each followed by "/".
std::string ReadImagePrefix(const YamlValue& value);
struct ImagePrefixPlace {
  std::string runtime;
  YamlValue place;
};
// Refuses prefixes that leave it open whose image a name is: one of the default runtime or of the
// VM runtime, or one that another begins with, the VM runtime's imagePrefixes among them.
void CheckImagePrefixes(const std::vector<RuntimeConfig>& runtimes,
                        const std::vector<ImagePrefixPlace>& prefixes);

// Where the file is silent.
std::vector<RuntimeConfig> DefaultRuntimes();
// What leads to the VM runtime among `runtimes`: its handlers, the annotation
// kubernetes.io/target-runtime with its name or Virtlet's, its image prefixes. None without one.
std::vector<RouteConfig> DefaultRoutes(const std::vector<RuntimeConfig>& runtimes);
// Adds a route for each runtime's image prefix, after all others, unless there is one already.
void AddPrefixRoutes(const std::vector<RuntimeConfig>& runtimes, std::vector<RouteConfig>* routes);

// A path that can be bound as a Unix socket: absolute, at most 107 bytes.
std::filesystem::path ReadSocketPath(const YamlValue& value);

}  // namespace crimux
