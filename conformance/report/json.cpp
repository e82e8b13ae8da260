// The report as JSON: written with one case per line, so that reports can be compared line by line and no document of
// thousands of cases is built in memory; read again for `merge` and `compare`.
#include <nlohmann/json.hpp>

#include "conformance/report/embedded.h"
#include "conformance/report/formats.h"
#include "conformance/report/score.h"
#include "core/config/json.h"
#include "core/config/schema_check.h"
#include "core/model/mapped_file.h"

namespace mortise::conformance {

namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "mortise-conformance-report/1";
constexpr size_t kMaxReportBytes = size_t{256} << 20;

std::string dump(const ordered_json& json) {
  // What plugins wrote need not be UTF-8.
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json summary(const Results& results) {
  const Score score = score_of(results);
  ordered_json outcomes = ordered_json::object();
  for (int i = 0; i < kNumOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (score.of(outcome) > 0) outcomes[std::string(to_string(outcome))] = score.of(outcome);
  }
  return {{"verdict", verdict_text(results)},
          {"succeeded", succeeded(results)},
          {"passed", score.passed},
          {"failed", score.failed},
          {"skipped", score.skipped},
          {"outcomes", outcomes},
          {"score", score.rate()},
          {"score_with_expected_failures", score.rate_with_expected()}};
}

ordered_json settings_json(const Results& results) {
  nlohmann::json json = to_json(results.settings);
  json.erase("token");  // of the run, which is over
  if (results.settings.artifacts.empty()) json.erase("artifacts");
  json["timeout"] = results.limits.timeout;
  json["memory_mib"] = results.limits.memory_mib;
  return json;
}

ordered_json head(const Results& results) {
  ordered_json hosts = ordered_json::array();
  for (const HostFacts& host : results.hosts) {
    hosts.push_back({{"cpu", host.cpu}, {"threads", host.threads}, {"kernel", host.kernel}});
  }
  const Selection& selection = results.selection;
  return {{"format", kFormat},
          {"suite_version", results.suite_version},
          {"date", results.date},
          {"seconds", results.seconds},
          {"summary", summary(results)},
          {"plugin_sha256", results.plugin_sha256},
          {"provider", to_json(results.provider)},
          {"hosts", hosts},
          {"settings", settings_json(results)},
          {"selection",
           {{"suites", selection.suites},
            {"filter", selection.filter},
            {"cases", selection.cases},
            {"sha256", selection.sha256}}},
          {"shard", {{"index", results.shard.index}, {"count", results.shard.count}}},
          {"strict", results.strict},
          {"problems", results.problems},
          {"notes", results.notes}};
}

ordered_json case_json(const CaseResult& result, const std::filesystem::path& folder) {
  ordered_json json = description_json(result);
  if (!result.reproduce.empty()) json["reproduce"] = result.reproduce;
  ordered_json verdict = to_json(result.verdict);
  if (!result.verdict.artifact.empty())
    verdict["artifact"] = std::filesystem::path(result.verdict.artifact).lexically_proximate(folder).string();
  json["verdict"] = std::move(verdict);
  return json;
}

DType dtype_named(const std::string& name) {
  for (int32_t i = 1; i < kNumDTypes; ++i) {
    if (to_string(static_cast<DType>(i)) == name) return static_cast<DType>(i);
  }
  return DType::kUndefined;
}

Result<CaseResult> read_case(const nlohmann::json& json, const std::filesystem::path& folder) {
  CaseResult result{.name = json["name"],
                    .suite = json["suite"],
                    .requirement = json.value("requirement", ""),
                    .description = json.value("description", ""),
                    .reproduce = json.value("reproduce", "")};
  result.at = {.domain = json.value("domain", ""),
               .op = json.value("op", ""),
               .version = json.value("version", 0),
               .dtype = dtype_named(json.value("dtype", "")),
               .shape_class = json.value("shape_class", "")};
  MORTISE_ASSIGN(result.verdict, parse_verdict(json["verdict"]));
  if (!result.verdict.artifact.empty())
    result.verdict.artifact = (folder / result.verdict.artifact).lexically_normal().string();
  return result;
}

Result<Settings> read_settings(nlohmann::json json) {
  json["token"] = "";
  json.emplace("artifacts", "");
  return parse_settings(json.dump());
}

CaseLimits read_limits(const nlohmann::json& json) {
  return {.timeout = json.value("timeout", CaseLimits().timeout),
          .memory_mib = json.value("memory_mib", CaseLimits().memory_mib)};
}

// `json` fits the schema.
Result<Results> read_results(const nlohmann::json& json, const std::filesystem::path& folder) {
  const nlohmann::json &selection = json["selection"], &shard = json["shard"];
  Results results{.limits = read_limits(json["settings"]),
                  .suite_version = json["suite_version"],
                  .date = json["date"],
                  .plugin_sha256 = json["plugin_sha256"],
                  .provider = parse_provider_facts(json["provider"]),
                  .selection = {.suites = selection["suites"],
                                .filter = selection["filter"],
                                .cases = selection["cases"],
                                .sha256 = selection["sha256"]},
                  .shard = {shard["index"], shard["count"]},
                  .strict = json["strict"],
                  .problems = json["problems"],
                  .notes = json["notes"],
                  .seconds = json["seconds"]};
  if (results.shard.index > results.shard.count)
    return invalid_argument("/shard/index: ", results.shard.index, " of ", results.shard.count, " shards is none");
  MORTISE_ASSIGN(results.settings, read_settings(json["settings"]));
  for (const nlohmann::json& host : json["hosts"]) {
    results.hosts.push_back({.cpu = host["cpu"], .threads = host["threads"], .kernel = host["kernel"]});
  }
  for (size_t i = 0; i < json["cases"].size(); ++i) {
    Result<CaseResult> one = read_case(json["cases"][i], folder);
    if (!one.ok()) return std::move(one).status().context(concat("/cases/", i));
    results.cases.push_back(std::move(*one));
  }
  return results;
}

}  // namespace

ordered_json description_json(const CaseResult& result) {
  ordered_json json = {{"name", result.name}, {"suite", result.suite}};
  if (!result.requirement.empty()) json["requirement"] = result.requirement;
  json["description"] = result.description;
  const Coordinates& at = result.at;
  if (!at.domain.empty()) json["domain"] = at.domain;
  if (!at.op.empty()) json["op"] = at.op;
  if (at.version != 0) json["version"] = at.version;
  if (at.dtype != DType::kUndefined) json["dtype"] = to_string(at.dtype);
  if (!at.shape_class.empty()) json["shape_class"] = at.shape_class;
  return json;
}

std::string write_json(const Results& results, const std::filesystem::path& folder) {
  std::string text = dump(head(results));
  text.pop_back();  // the closing brace
  text += ",\"cases\":[";
  for (size_t i = 0; i < results.cases.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += dump(case_json(results.cases[i], folder));
  }
  return text += "\n]}\n";
}

Result<Results> parse_report(std::string_view text, const std::filesystem::path& folder) {
  static const nlohmann::json schema = nlohmann::json::parse(report_schema());
  MORTISE_ASSIGN(const nlohmann::json document, parse_json(text));
  MORTISE_TRY(check_against_schema(schema, document, ""));
  try {
    return read_results(document, folder);
  } catch (const nlohmann::json::exception& e) {  // numbers that are too big for their place
    return invalid_argument("not a report: ", e.what());
  }
}

Result<Results> load_report(const std::filesystem::path& path) {
  MORTISE_ASSIGN(const auto file, MappedFile::open(path));
  const std::span<const std::byte> bytes = file->bytes();
  if (bytes.size() > kMaxReportBytes)
    return invalid_argument(path.string(), ": larger than ", kMaxReportBytes >> 20, " MiB; that is no report");
  std::error_code code;
  Result<Results> results = parse_report({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                         std::filesystem::absolute(path, code).parent_path());
  if (!results.ok()) return std::move(results).status().context(path.string());
  return results;
}

}  // namespace mortise::conformance
