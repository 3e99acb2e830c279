#include <fmt/format.h>

#include <stdexcept>

#include "base/code_name.h"
#include "proxy/routing/explain.h"
#include "proxy/status/pages.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

std::string Text(std::string_view key, const json::value& value) {
  if (!value.is_string()) throw std::invalid_argument(fmt::format("\"{}\" must be a string", key));
  return value.as_string().c_str();
}

std::map<std::string, std::string> Pairs(std::string_view key, const json::value& value) {
  if (!value.is_object()) throw std::invalid_argument(fmt::format("\"{}\" must be an object", key));
  std::map<std::string, std::string> pairs;
  for (const auto& [name, text] : value.as_object()) pairs[name] = Text(name, text);
  return pairs;
}

// Throws std::invalid_argument with what is wrong.
RouteSubject ReadSubject(const std::string& body) {
  json::error_code fault;
  json::value value = json::parse(body, fault);
  if (fault.failed() || !value.is_object()) {
    throw std::invalid_argument("the body is not a JSON object");
  }
  RouteSubject subject;
  for (const auto& [key, field] : value.as_object()) {
    if (key == "handler") {
      subject.handler = Text(key, field);
    } else if (key == "namespace") {
      subject.pod_namespace = Text(key, field);
    } else if (key == "image") {
      subject.image = Text(key, field);
    } else if (key == "annotations") {
      subject.annotations = Pairs(key, field);
    } else if (key == "labels") {
      subject.labels = Pairs(key, field);
    } else {
      throw std::invalid_argument(fmt::format(
          "unknown key \"{}\"; known are handler, namespace, image, annotations, labels",
          std::string_view(key)));
    }
  }
  return subject;
}

std::string_view DecidedBy(const RouteDecision& decision) {
  if (!decision.status.ok()) return "refused";
  if (decision.route != nullptr) return "route";
  return decision.is_default ? "default" : "annotation";
}

json::array Rules(const Explanation& explanation) {
  json::array rules;
  for (const Explanation::Rule& rule : explanation.rules) {
    rules.push_back({{"route", Describe(*rule.route)},
                     {"runtime", rule.route->runtime},
                     {"matches", rule.matches},
                     {"decides", rule.decides},
                     {"whyNot", rule.why_not}});
  }
  return rules;
}

// An id or digest that no route claims goes to whoever holds it.
void AddHolders(const ImageHolders& images, const RouteSubject& subject,
                const RouteDecision& decision, json::object* page) {
  if (!subject.image || !decision.is_default || !ImageHolders::IsId(*subject.image)) return;
  json::array holders;
  for (const Runtime* holder : images.Find(*subject.image)) {
    holders.emplace_back(holder->name());
  }
  (*page)["holders"] = std::move(holders);
}

}  // namespace

StatusReply ExplainPage(const Router& router, const ImageHolders& images, const std::string& body) {
  RouteSubject subject;
  try {
    subject = ReadSubject(body);
  } catch (const std::invalid_argument& e) {
    return {400, "text/plain", std::string(e.what()) + "\n"};
  }
  Explanation explanation = Explain(router, subject);
  const RouteDecision& decision = explanation.decision;
  json::object page{{"runtime", decision.runtime},
                    {"code", CodeName(decision.status.error_code())},
                    {"decidedBy", DecidedBy(decision)},
                    {"reason", explanation.reason},
                    {"routes", Rules(explanation)}};
  AddHolders(images, subject, decision, &page);
  return JsonReply(std::move(page));
}

}  // namespace crimux::proxy
