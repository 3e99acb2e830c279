#pragma once

#include "vmruntime/fetch/credentials.h"
#include "vmruntime/image/image_name.h"

namespace crimux::vm {

// The credentials if they are for the server of this image, or for images with such names
// ("vm.crimux.io/oci/registry.example.com", as pull secrets have it); else none, which is logged.
Credentials CredentialsFor(const ImageName& name, const Credentials& credentials);

}  // namespace crimux::vm
