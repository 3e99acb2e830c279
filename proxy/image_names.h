#pragma once

#include "proxy/wire/texts.h"

namespace crimux::proxy {

// Where image names and references stand in the CRI's messages, for the method table. Fields that
// are ids by definition (Image.id, image_id) are not among them.

// image, user_specified_image, image_ref.
inline constexpr TextPlaces kInImageSpec{{1}, {18}, {20}};
inline constexpr TextPlaces kInMount{{9, &kInImageSpec}};

// repo_tags, repo_digests, spec.
inline constexpr TextPlaces kInImage{{2}, {3}, {7, &kInImageSpec}};
// image, image_ref.
inline constexpr TextPlaces kInContainer{{4, &kInImageSpec}, {5}};
// image, image_ref, mounts.
inline constexpr TextPlaces kInContainerStatus{{8, &kInImageSpec}, {9}, {14, &kInMount}};
// image, mounts.
inline constexpr TextPlaces kInContainerConfig{{2, &kInImageSpec}, {7, &kInMount}};
inline constexpr TextPlaces kInImageFilter{{1, &kInImageSpec}};

// Requests.
inline constexpr TextPlaces kInImageRequest{{1, &kInImageSpec}};
inline constexpr TextPlaces kInImageListRequest{{1, &kInImageFilter}};
inline constexpr TextPlaces kInCreateContainer{{2, &kInContainerConfig}};

// Responses. Of lists and streams of images, and of ImageStatus, whose one image has the same
// field.
inline constexpr TextPlaces kInImages{{1, &kInImage}};
inline constexpr TextPlaces kInPulled{{1}};
inline constexpr TextPlaces kInContainers{{1, &kInContainer}};
inline constexpr TextPlaces kInContainerStatusResponse{{1, &kInContainerStatus}};
inline constexpr TextPlaces kInSandboxStatusResponse{{3, &kInContainerStatus}};
inline constexpr TextPlaces kInContainerEvent{{5, &kInContainerStatus}};

}  // namespace crimux::proxy
