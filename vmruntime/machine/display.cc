#include "vmruntime/machine/display.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include <pugixml.hpp>

#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kScreenshot = "take screenshot of";
constexpr std::string_view kFindVnc = "find VNC server of";
// Far more than a picture of any display takes.
constexpr size_t kLargestPicture = 64 << 20;

struct StreamCloser {
  void operator()(virStreamPtr stream) const { virStreamFree(stream); }
};
using StreamHandle = std::unique_ptr<virStream, StreamCloser>;
using Text = std::unique_ptr<char, decltype(&::free)>;

int Collect(virStreamPtr, const char* bytes, size_t size, void* picture) {
  auto* all = static_cast<std::string*>(picture);
  if (all->size() + size > kLargestPicture) return -1;
  all->append(bytes, size);
  return static_cast<int>(size);
}

// What libvirt made of the machine when it started.
pugi::xml_document LiveXml(virDomainPtr domain, std::string_view operation,
                           const std::string& name) {
  if (virDomainIsActive(domain) != 1) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, operation, name, "it is not running");
  }
  Text text(virDomainGetXMLDesc(domain, 0), &::free);
  if (!text) throw LibvirtError(operation, name);
  pugi::xml_document xml;
  if (!xml.load_string(text.get())) {
    throw Error(grpc::StatusCode::INTERNAL, operation, name, "libvirt's XML is none");
  }
  return xml;
}

Error NoDisplay(std::string_view operation, const std::string& name) {
  return {grpc::StatusCode::FAILED_PRECONDITION, operation, name,
          "the VM has no display; the annotation crimux.io/video gives it one"};
}

}  // namespace

std::string TakeScreenshot(virConnectPtr connection, virDomainPtr domain, const std::string& name) {
  pugi::xml_document xml = LiveXml(domain, kScreenshot, name);
  pugi::xml_node video = xml.select_node("/domain/devices/video/model[@type!='none']").node();
  if (!video) throw NoDisplay(kScreenshot, name);
  StreamHandle stream(virStreamNew(connection, 0));
  if (!stream) throw LibvirtError(kScreenshot, name);
  Text type(virDomainScreenshot(domain, stream.get(), 0, 0), &::free);
  if (!type) throw LibvirtError(kScreenshot, name);
  std::string picture;
  if (virStreamRecvAll(stream.get(), Collect, &picture) < 0 || virStreamFinish(stream.get()) < 0) {
    throw LibvirtError(kScreenshot, name);
  }
  if (std::string_view(type.get()) != "image/png") {
    throw Error(grpc::StatusCode::UNIMPLEMENTED, kScreenshot, name,
                fmt::format("this QEMU gives {} only; PNG takes version 7.1", type.get()));
  }
  return picture;
}

std::filesystem::path FindVncSocket(virDomainPtr domain, const std::string& name) {
  pugi::xml_document xml = LiveXml(domain, kFindVnc, name);
  const char* path = "/domain/devices/graphics[@type='vnc']/listen[@type='socket']";
  pugi::xml_node listen = xml.select_node(path).node();
  if (!listen) throw NoDisplay(kFindVnc, name);
  return listen.attribute("socket").value();
}

}  // namespace crimux::vm
