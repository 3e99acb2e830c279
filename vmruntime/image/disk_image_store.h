#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "vmruntime/fetch/fetch_file.h"
#include "vmruntime/image/image_folder.h"
#include "vmruntime/image/image_name.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/image/shared_fetches.h"

namespace crimux::vm {

// The images under <state_dir>/images, which one process at a time may have. The folder is the
// truth: a new store on it has what the old one had.
//
// A tag that is pulled again and has new bytes moves to the new image; the old one stays, without
// the tag, until it is removed. An image has the digest of what is stored. What was fetched may
// have had another one (it was compressed, or no qcow2): the image is known by that too, so that a
// name with a digest that the store has, pulled under whatever name, is not fetched again, and
// bytes that were fetched before are not converted again.
//
// A pull whose callers have all left goes on for VmConfig::image_pull_grace, and is kept when it
// succeeds: the next Pull joins it, or finds the image.
//
// Remove calls `is_used` under the store's lock. So a container that first makes known that it uses
// a digest (where is_used looks), and then finds it here, has it until it says otherwise; and no
// one may call the store while holding a lock that is_used takes.
class DiskImageStore : public ImageStore {
 public:
  // Reads the folder and removes what a crash has left. Throws Error when it cannot be used.
  explicit DiskImageStore(const VmConfig& config);

  std::string Pull(const std::string& name, const CallContext& context,
                   const Credentials& credentials = {}) override;
  std::optional<StoredImage> Find(const std::string& name) const override;
  std::vector<StoredImage> List() const override;
  void Remove(const std::string& name,
              const std::function<bool(const std::string& digest)>& is_used) override;
  StoreUsage Usage() const override;
  std::vector<PullStatus> PullsUnderWay() const override { return pulls_.List(); }

 private:
  using Images = std::map<std::string, ImageRecord>;  // by hex

  // In pull.cc.
  SharedFetches::Image Fetch(const ImageName& name, const Credentials& credentials,
                             std::stop_token stop);
  // The digest of the image made of these bytes; empty when there is none.
  std::string DigestMadeOf(const std::string& source_digest) const;
  void Keep(const ImageName& name, const FetchedImage& fetched);
  // The same for a caller who has left.
  void KeepForLater(const ImageName& name, const FetchedImage& fetched) noexcept;

  // The functions below want mutex_ held.

  // Gives the image with a digest, its own or that of what it was made of, another name. Its own
  // digest; empty when it is not there.
  std::string AddName(const ImageName& name, const std::string& digest,
                      const std::string& source_digest);
  void TakeTagFromOthers(const std::string& tag, const std::string& hex);
  Images::const_iterator Locate(const std::string& name) const;
  Images::const_iterator LocateDigest(const std::string& digest) const;
  StoredImage ToStored(const ImageRecord& record) const;

  const VmConfig config_;
  const Translations translations_;
  const ImageFolder folder_;
  mutable std::mutex mutex_;  // over images_ and the files behind them, tmp/ excepted
  Images images_;
  Pulls pulls_;
  SharedFetches fetches_;
};

}  // namespace crimux::vm
