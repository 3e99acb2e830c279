#pragma once

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

inline SeedSpec PlainSeed(SeedFormat format = SeedFormat::kNoCloud) {
  return {.format = format, .instance_id = "web.default", .hostname = "web"};
}

// An interface of both families, another whose gateway lies outside its network, and DNS.
inline void AddNetwork(SeedSpec* spec) {
  spec->interfaces = {
      {.tap = "tap0",
       .mac = "0a:58:0a:58:00:05",
       .mtu = 1450,
       .addresses = {{"10.88.0.5/16", "10.88.0.1"}, {"fd00::5/64", "fd00::1"}},
       .routes = {{"10.96.0.0/12", "10.88.0.1"}, {"0.0.0.0/0", "10.88.0.1"}, {"::/0", "fd00::1"}}},
      {.tap = "tap1",
       .mac = "0a:58:0a:59:00:05",
       .addresses = {{"192.168.7.9/32", ""}},
       .routes = {{"169.254.1.1/32", ""}, {"172.16.0.0/12", "169.254.1.1"}}}};
  spec->dns = {.servers = {"10.96.0.10", "fd00::a"},
               .searches = {"default.svc.cluster.local", "cluster.local"},
               .options = {"ndots:5"}};
}

inline void AddFiles(SeedSpec* spec) {
  spec->files = {{"/etc/hosts", "127.0.0.1 localhost\n10.88.0.5 web\n"},
                 {"/etc/cloud/environment", "A=\"b c\"\nB=d\n"},
                 {"/etc/binary", std::string("\0\xff", 2), 0600}};
}

inline void AddMounts(SeedSpec* spec) {
  spec->mounts = {
      {.source = "crimux", .type = "virtiofs", .path = "/run/crimux"},
      {.source = "/run/crimux/etc-config", .path = "/etc/config"},
      {.source = "/run/crimux/etc-app.conf", .path = "/etc/app.conf", .is_directory = false}};
}

}  // namespace crimux::vm
