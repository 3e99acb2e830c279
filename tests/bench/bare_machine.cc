// What a VM costs without crimux: makes its root disk (by qemu-img) and its seed, defines the
// domain and starts it, with nothing but libvirt. Prints the seconds that took, until QEMU runs;
// then the VM goes.
//
//   bench_bare_machine ROOT DOMAIN-XML BACKING-DISK ROOT-DISK SEED-TO-COPY SEED USER-ID GROUP-ID
//
// ROOT is the folder of libvirt's embedded driver. The connection is opened, and QEMU examined,
// before the clock runs, as in a daemon.
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

std::string Read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("can't read " + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + virGetLastErrorMessage());
}

void Run(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  int status = -1;
  int error = ::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ);
  if (error != 0 || ::waitpid(pid, &status, 0) != pid || status != 0) {
    throw std::runtime_error(arguments[0] + " failed");
  }
}

struct Files {
  std::string xml, backing, disk, seed_from, seed;
  uid_t user = 0;
  gid_t group = 0;

  void Make(const std::string& seed_bytes) const {
    Run({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, disk});
    std::ofstream(seed, std::ios::binary) << seed_bytes;
    for (const std::string& file : {disk, seed}) {
      if (::chown(file.c_str(), user, group) != 0) throw std::runtime_error("chown " + file);
    }
  }
};

double Start(virConnectPtr connection, const Files& files) {
  const std::string xml = Read(files.xml);
  const std::string seed = Read(files.seed_from);
  auto begin = Clock::now();
  files.Make(seed);
  virDomainPtr domain = virDomainDefineXMLFlags(connection, xml.c_str(), 0);
  Check(domain != nullptr, "define");
  Check(virDomainCreate(domain) == 0, "start");
  std::chrono::duration<double> took = Clock::now() - begin;
  Check(virDomainDestroy(domain) == 0, "destroy");
  Check(virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_NVRAM) == 0, "undefine");
  virDomainFree(domain);
  ::unlink(files.disk.c_str());
  ::unlink(files.seed.c_str());
  return took.count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) return 2;
  Files files{argv[2],
              argv[3],
              argv[4],
              argv[5],
              argv[6],
              static_cast<uid_t>(std::atoi(argv[7])),
              static_cast<gid_t>(std::atoi(argv[8]))};
  try {
    virEventRegisterDefaultImpl();
    // Runs until the process ends.
    std::thread([] {
      while (virEventRunDefaultImpl() == 0) {
      }
    }).detach();
    std::string uri = std::string("qemu:///embed?root=") + argv[1];
    virConnectPtr connection = virConnectOpen(uri.c_str());
    Check(connection != nullptr, "connect");
    // libvirt examines QEMU now, or reads what it has kept of that, as a daemon's has once.
    std::free(virConnectGetDomainCapabilities(connection, nullptr, "x86_64", "q35", nullptr, 0));
    std::printf("%.4f\n", Start(connection, files));
    virConnectClose(connection);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_bare_machine: %s\n", e.what());
    std::fflush(nullptr);
    ::_exit(1);
  }
  std::fflush(nullptr);
  ::_exit(0);
}
