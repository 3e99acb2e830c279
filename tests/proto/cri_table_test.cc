// Holds the compiled descriptors against cri-v1.tsv, row by row, and the table against the
// descriptors, so that neither has more than the other.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "runtime/v1/api.pb.h"

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const FileDescriptor& File() { return *runtime::v1::VersionRequest::descriptor()->file(); }

std::string LocalName(const std::string& full_name) {
  return full_name.substr(File().package().size() + 1);
}

std::string TypeName(const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_MESSAGE)
    return LocalName(field.message_type()->full_name());
  if (field.type() == FieldDescriptor::TYPE_ENUM) {
    const EnumDescriptor& type = *field.enum_type();
    return type.name();
  }
  return field.type_name();
}

std::string Row(std::initializer_list<std::string> cells) {
  std::string row;
  for (const std::string& cell : cells) row += (row.empty() ? "" : "\t") + cell;
  return row;
}

std::string FieldRow(const FieldDescriptor& field) {
  std::string type = TypeName(field);
  std::string label = field.is_repeated() ? "repeated" : "single";
  if (field.is_map()) {
    const Descriptor& entry = *field.message_type();
    type = "map<" + TypeName(*entry.map_key()) + "," + TypeName(*entry.map_value()) + ">";
    label = "map";
  }
  if (field.options().deprecated()) label += " deprecated";
  return Row({"field", LocalName(field.containing_type()->full_name()), field.name(),
              std::to_string(field.number()), type, label});
}

void AddEnum(const EnumDescriptor& type, std::set<std::string>& rows) {
  for (int i = 0; i < type.value_count(); ++i) {
    rows.insert(Row({"enum", LocalName(type.full_name()), type.value(i)->name(),
                     std::to_string(type.value(i)->number())}));
  }
}

void AddMessage(const Descriptor& message, std::set<std::string>& rows) {
  if (message.field_count() == 0) rows.insert(Row({"message", LocalName(message.full_name())}));
  for (int i = 0; i < message.field_count(); ++i) rows.insert(FieldRow(*message.field(i)));
  for (int i = 0; i < message.enum_type_count(); ++i) AddEnum(*message.enum_type(i), rows);
}

void AddService(const ServiceDescriptor& service, std::set<std::string>& rows) {
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    rows.insert(
        Row({"rpc", service.name(), method.name(), method.input_type()->name(),
             method.output_type()->name(), method.server_streaming() ? "server-stream" : "unary"}));
  }
}

std::set<std::string> CompiledRows() {
  std::set<std::string> rows;
  for (int i = 0; i < File().service_count(); ++i) AddService(*File().service(i), rows);
  for (int i = 0; i < File().message_type_count(); ++i) AddMessage(*File().message_type(i), rows);
  for (int i = 0; i < File().enum_type_count(); ++i) AddEnum(*File().enum_type(i), rows);
  return rows;
}

// A row of the table in the form of the functions above: without the release, nor empty cells.
std::string TableRow(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, '\t');) cells.push_back(cell);
  cells.pop_back();
  while (cells.back().empty()) cells.pop_back();
  if (cells[0] == "message") cells.resize(2);
  std::string row;
  for (const std::string& cell : cells) row += (row.empty() ? "" : "\t") + cell;
  return row;
}

std::set<std::string> TableRows() {
  std::set<std::string> rows;
  std::ifstream table(CRI_TABLE);
  for (std::string line; std::getline(table, line);) {
    if (!line.empty() && line[0] != '#') rows.insert(TableRow(line));
  }
  return rows;
}

TEST_CASE("the compiled CRI is the table, row by row") {
  std::set<std::string> compiled = CompiledRows();
  std::set<std::string> table = TableRows();
  REQUIRE(table.size() > 600);
  for (const std::string& row : table) {
    INFO(row);
    CHECK(compiled.count(row) == 1);
  }
  for (const std::string& row : compiled) {
    INFO(row);
    CHECK(table.count(row) == 1);
  }
}

TEST_CASE("bytes in an environment variable need not be UTF-8") {
  runtime::v1::KeyValue variable;
  variable.set_value("\xff\xfe");
  runtime::v1::KeyValue copy;
  CHECK(copy.ParseFromString(variable.SerializeAsString()));
  CHECK(copy.value() == "\xff\xfe");
}

}  // namespace
