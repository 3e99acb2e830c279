#pragma once

namespace crimux::ctl {

// Labels and annotations as the kubelet sets them: what tools find pods and containers by.
inline constexpr char kPodNameLabel[] = "io.kubernetes.pod.name";
inline constexpr char kPodNamespaceLabel[] = "io.kubernetes.pod.namespace";
inline constexpr char kPodUidLabel[] = "io.kubernetes.pod.uid";
inline constexpr char kContainerNameLabel[] = "io.kubernetes.container.name";

// Our own. The label marks sandboxes that `crimuxctl run` made; the annotations say which folders
// go with one.
inline constexpr char kManagedByLabel[] = "crimux.io/managed-by";
inline constexpr char kManagedByValue[] = "crimuxctl";
inline constexpr char kPodDirectoryAnnotation[] = "ctl.crimux.io/pod-directory";
inline constexpr char kLogDirectoryAnnotation[] = "ctl.crimux.io/log-directory";
inline constexpr char kRestartPolicyAnnotation[] = "ctl.crimux.io/restart-policy";

}  // namespace crimux::ctl
