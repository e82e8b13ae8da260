// Placement as text for people and as JSON for programs.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/report/plain.h"
#include "mortise/core/placement.h"

namespace mortise {
namespace {

using report::plain;

double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

std::string bytes_text(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

void add_nodes(const Placement& placement, const GraphPlacement& graph, size_t depth, bool all, std::string& out) {
  const std::string indent(2 * depth, ' ');
  for (const NodePlacement& node : graph.nodes) {
    out += fmt::format("{}{:>5}  {:<24} {:<28} segment {:<4} {}\n", indent, node.id, plain(node.op), plain(node.name),
                       node.segment, plain(placement.providers[node.provider].id));
    for (const PlacementVerdict& verdict : node.verdicts) {
      if (!all && verdict.provider >= node.provider) break;
      out += fmt::format("{}         {}: {}{}{}\n", indent, plain(placement.providers[verdict.provider].id),
                         verdict.code, verdict.text.empty() ? "" : ": ", plain(verdict.text));
    }
    for (const GraphPlacement& body : node.bodies) {
      out += fmt::format("{}       {}:\n", indent, plain(body.name));
      add_nodes(placement, body, depth + 2, all, out);
    }
  }
}

nlohmann::json json_of(const Placement& placement, const GraphPlacement& graph) {
  nlohmann::json made = {
      {"name", graph.name}, {"segments", nlohmann::json::array()}, {"nodes", nlohmann::json::array()}};
  for (const SegmentPlacement& segment : graph.segments) {
    made["segments"].push_back({{"provider", placement.providers[segment.provider].id},
                                {"nodes", segment.nodes},
                                {"work", segment.work},
                                {"bytes_in", segment.bytes_in},
                                {"bytes_complete", segment.bytes_complete}});
  }
  for (const NodePlacement& node : graph.nodes) {
    nlohmann::json one = {{"id", node.id},           {"name", node.name},
                          {"op", node.op},           {"type", node.type},
                          {"inputs", node.inputs},   {"provider", placement.providers[node.provider].id},
                          {"segment", node.segment}, {"rule", node.rule},
                          {"work", node.work},       {"verdicts", nlohmann::json::array()}};
    for (const PlacementVerdict& verdict : node.verdicts) {
      one["verdicts"].push_back(
          {{"provider", placement.providers[verdict.provider].id}, {"code", verdict.code}, {"text", verdict.text}});
    }
    for (const GraphPlacement& body : node.bodies) one["bodies"].push_back(json_of(placement, body));
    made["nodes"].push_back(std::move(one));
  }
  return made;
}

}  // namespace

std::string summary(const Placement& placement) {
  size_t width = std::string_view("provider").size();
  for (const ProviderPlacement& provider : placement.providers) width = std::max(width, plain(provider.id).size());
  std::string out = fmt::format("placement of {}: {} nodes\n  {:<{}}  {:>7}  {:>7}  {:>8}  {:>7}  {:>12}  {:>12}\n",
                                plain(placement.model), placement.nodes, "provider", width, "nodes", "share",
                                "segments", "work", "bytes in", "bytes out");
  const auto moved = [](uint64_t bytes, bool complete) { return (complete ? "" : ">= ") + bytes_text(bytes); };
  for (const ProviderPlacement& provider : placement.providers) {
    if (provider.id == "core" && provider.nodes == 0) continue;
    if (!provider.problem.empty()) {
      out += fmt::format("  {:<{}}  not in use: {}\n", plain(provider.id), width, plain(provider.problem));
      continue;
    }
    out += fmt::format("  {:<{}}  {:>7}  {:>5.1f} %  {:>8}  {:>5.1f} %  {:>12}  {:>12}\n", plain(provider.id), width,
                       provider.nodes, percent(provider.nodes, placement.nodes), provider.segments,
                       percent(provider.work, placement.work), moved(provider.bytes_in, provider.bytes_complete),
                       moved(provider.bytes_out, provider.bytes_complete));
  }
  return out;
}

std::string full(const Placement& placement, bool all) {
  std::string out = summary(placement) + "\n";
  add_nodes(placement, placement.graph, 0, all, out);
  return out;
}

std::string to_json(const Placement& placement, int indent) {
  nlohmann::json made = {{"model", placement.model},
                         {"nodes", placement.nodes},
                         {"work", placement.work},
                         {"bytes_crossing", placement.bytes_crossing},
                         {"bytes_complete", placement.bytes_complete},
                         {"providers", nlohmann::json::array()},
                         {"graph", json_of(placement, placement.graph)}};
  for (const ProviderPlacement& provider : placement.providers) {
    made["providers"].push_back({{"id", provider.id},
                                 {"nodes", provider.nodes},
                                 {"segments", provider.segments},
                                 {"work", provider.work},
                                 {"bytes_in", provider.bytes_in},
                                 {"bytes_out", provider.bytes_out},
                                 {"bytes_complete", provider.bytes_complete},
                                 {"problem", provider.problem}});
  }
  // Names may be no UTF-8.
  return made.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace mortise
