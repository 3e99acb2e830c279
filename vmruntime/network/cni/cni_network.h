#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "vmruntime/network/cni/cni_cache.h"
#include "vmruntime/network/cni/cni_config.h"
#include "vmruntime/network/cni/cni_plugin.h"

namespace crimux::vm {

// ADD and DEL of the default network, with the semantics of the CNI specification: the plugins of a
// list run in order, each sees the result of the one before as prevResult; DEL runs them in reverse
// with what ADD was called with and what it came to. Any thread; one call for a container at a
// time.
class CniNetwork {
 public:
  // All by reference or copied; `plugins` and `cache` must outlive this.
  CniNetwork(std::filesystem::path conf_dir, const CniPlugins& plugins, const CniCache& cache);

  // Returns the result of the last plugin. When one fails, all are undone and its error is thrown
  // (see CniPlugins::Run). `capabilities` are the values for capabilities that plugins may declare,
  // as CNI's runtimeConfig has them.
  boost::json::object Add(const CniAttachment& attachment,
                          const boost::json::object& capabilities) const;

  // May be repeated; without a record of ADD it uses the present configuration, and without one
  // there is nothing to do. All plugins are called even when one fails; the first error is then
  // thrown, and the record stays for another try.
  void Delete(CniAttachment attachment) const;

  // Has the plugins of the present configuration drop (GC, since CNI 1.1) whatever they hold for
  // other attachments to their network than those that records tell of; so no other call may run
  // meanwhile, and nobody else may use the network. All plugins are called even when one fails; the
  // first error is then thrown. Does nothing where the version has no GC or the configuration
  // disables it.
  void CollectGarbage() const;

 private:
  boost::json::array Attachments(const std::string& network) const;
  boost::json::object RunAdd(const CniAttachment& attachment, const CniRecord& record) const;
  void RunDelete(const CniAttachment& attachment, const CniRecord& record) const;

  std::filesystem::path conf_dir_;
  const CniPlugins& plugins_;
  const CniCache& cache_;
};

}  // namespace crimux::vm
