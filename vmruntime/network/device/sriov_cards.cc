#include "vmruntime/network/device/sriov_cards.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "vmruntime/network/link/mac.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {

// A function that isn't with its node, and what it was.
struct SriovCards::Loan {
  SriovRequest request;
  VirtualFunction function;
  VfSettings settings;
};

namespace {

namespace json = boost::json;

constexpr int kLoansVersion = 1;
// The driver makes the link a while after it has taken the function.
constexpr std::chrono::seconds kLinkPatience(5);
constexpr std::chrono::milliseconds kLookInterval(20);

std::filesystem::path LoansFile(const std::filesystem::path& work_dir) {
  return work_dir / "sriov.json";
}

json::object SettingsToJson(const VfSettings& settings) {
  return {{"mac", settings.mac},
          {"vlan", settings.vlan},
          {"vlanQos", settings.vlan_qos},
          {"trust", settings.trust},
          {"spoofCheck", settings.spoof_check}};
}

VfSettings SettingsFromJson(const json::object& object) {
  return {.mac = json::value_to<std::string>(object.at("mac")),
          .vlan = json::value_to<uint32_t>(object.at("vlan")),
          .vlan_qos = json::value_to<uint32_t>(object.at("vlanQos")),
          .trust = object.at("trust").as_bool(),
          .spoof_check = object.at("spoofCheck").as_bool()};
}

}  // namespace

std::vector<SriovCards::Loan> SriovCards::ReadLoans(const std::filesystem::path& work_dir) {
  const std::filesystem::path file = LoansFile(work_dir);
  if (!std::filesystem::exists(file)) return {};
  std::vector<Loan> loans;
  try {
    const json::value document = json::parse(ReadFile(file));
    for (const json::value& value : document.at("loans").as_array()) {
      auto text = [&](const char* key) { return json::value_to<std::string>(value.at(key)); };
      SriovRequest request{.address = text("address"),
                           .interface = text("interface"),
                           .is_link = value.at("isLink").as_bool(),
                           .mac = text("mac")};
      VirtualFunction function{.address = request.address,
                               .physical_link = text("physicalLink"),
                               .index = json::value_to<int>(value.at("index")),
                               .driver = text("driver")};
      loans.push_back({request, function, SettingsFromJson(value.at("settings").as_object())});
    }
  } catch (const std::exception& error) {
    throw Error(grpc::INTERNAL, "read", file.string(), error.what());
  }
  return loans;
}

void SriovCards::WriteLoans(const std::vector<Loan>& loans, const std::filesystem::path& work_dir) {
  const std::filesystem::path file = LoansFile(work_dir);
  if (loans.empty()) {
    std::filesystem::remove(file);
    return;
  }
  json::array list;
  for (const Loan& loan : loans) {
    list.push_back({{"address", loan.request.address},
                    {"interface", loan.request.interface},
                    {"isLink", loan.request.is_link},
                    {"mac", loan.request.mac},
                    {"physicalLink", loan.function.physical_link},
                    {"index", loan.function.index},
                    {"driver", loan.function.driver},
                    {"settings", SettingsToJson(loan.settings)}});
  }
  WriteFileAtomically(file,
                      json::serialize(json::object{{"version", kLoansVersion}, {"loans", list}}));
}

std::string SriovCards::Attach(const SriovRequest& request, const std::filesystem::path& work_dir) {
  VirtualFunction function = functions_.Read(request.address);
  functions_.RequireVfio(request.address);
  VfSettings before = admin_.Read(function.physical_link, function.index);
  std::vector<Loan> loans = ReadLoans(work_dir);
  loans.push_back({request, function, before});
  WriteLoans(loans, work_dir);
  VfSettings settings = before;
  if (!request.mac.empty()) settings.mac = request.mac;
  if (IsNoMac(settings.mac)) settings.mac = RandomMac();
  // The new driver resets the function, which then has what was laid down for it.
  admin_.Apply(function.physical_link, function.index, settings);
  functions_.Bind(request.address, kVfioDriver);
  return settings.mac;
}

void SriovCards::MoveBack(const Loan& loan, const std::filesystem::path& netns) {
  if (!loan.request.is_link || !NetnsExists(netns)) return;
  const auto deadline = std::chrono::steady_clock::now() + kLinkPatience;
  std::vector<std::string> links = functions_.Links(loan.request.address);
  while (links.empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLookInterval);
    links = functions_.Links(loan.request.address);
  }
  if (links.empty()) {
    spdlog::warn("PCI function {}: the driver {} has made no link of it", loan.request.address,
                 loan.function.driver);
    return;
  }
  admin_.Move(links.front(), netns, loan.request.interface);
}

void SriovCards::GiveBackOne(const Loan& loan, const std::filesystem::path& netns) {
  functions_.Bind(loan.request.address, loan.function.driver);
  admin_.Apply(loan.function.physical_link, loan.function.index, loan.settings);
  MoveBack(loan, netns);
}

void SriovCards::GiveBack(const std::filesystem::path& netns,
                          const std::filesystem::path& work_dir) {
  std::exception_ptr first;
  std::vector<Loan> kept;
  for (const Loan& loan : ReadLoans(work_dir)) {
    try {
      GiveBackOne(loan, netns);
    } catch (const Error& error) {
      spdlog::warn("give back PCI function {}: {}", loan.request.address, error.what());
      kept.push_back(loan);
      if (!first) first = std::current_exception();
    }
  }
  WriteLoans(kept, work_dir);
  if (first) std::rethrow_exception(first);
}

}  // namespace crimux::vm
