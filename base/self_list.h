#pragma once

#include <boost/intrusive/list.hpp>

namespace crimux {

// For objects that stand in a list by a part of themselves, so that joining it allocates nothing,
// and that leave it when they are destroyed.
using SelfListHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// A list of such objects, which belong to others.
template <typename T>
using SelfList = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

}  // namespace crimux
