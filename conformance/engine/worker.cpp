#include "conformance/engine/worker.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/cases/specimen_case.h"
#include "conformance/engine/about.h"
#include "conformance/engine/rig.h"
#include "conformance/host/call_page.h"
#include "conformance/host/guarded_memory.h"

namespace mortise::conformance {

namespace {

class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}

  // Nothing at the end.
  std::optional<std::string> read_line() {
    for (;;) {
      if (const size_t end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      char chunk[4096];
      const ssize_t count = read(descriptor_, chunk, sizeof chunk);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) _exit(kChannelLost);
      if (count == 0) return std::nullopt;
      buffer_.append(chunk, static_cast<size_t>(count));
    }
  }
  void write_line(const std::string& line) {
    for (size_t done = 0; done < line.size();) {
      const ssize_t count = write(descriptor_, line.data() + done, line.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) _exit(kChannelLost);
      done += static_cast<size_t>(count);
    }
  }

 private:
  int descriptor_;
  std::string buffer_;
};

// What is written to the standard streams, which are one file: nobody but a plugin writes there.
class Streams {
 public:
  // Empty, or the beginning of what was written since the last call.
  std::string take() {
    std::fflush(nullptr);
    struct stat now {};
    if (fstat(STDOUT_FILENO, &now) != 0 || now.st_size <= seen_) return {};
    std::string text(static_cast<size_t>(std::min<off_t>(now.st_size - seen_, 200)), ' ');
    const ssize_t count = pread(STDOUT_FILENO, text.data(), text.size(), seen_);
    text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    seen_ = now.st_size;
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
    return text;
  }

 private:
  off_t seen_ = 0;
};

void judge_streams(const std::string& written, Verdict& verdict) {
  if (written.empty()) return;
  const std::string sentence = concat("the provider wrote to a standard stream: \"", written, "\"");
  if (is_failure(verdict.outcome)) {
    verdict.warnings.push_back(sentence);
    return;
  }
  verdict.outcome = Outcome::kFail;
  verdict.sentence = sentence;
  verdict.requirement = "MORTISE-P-031";
}

// Cuts off at the end of a character.
void shorten(std::string& text) {
  constexpr std::string_view kEllipsis = "…";
  if (text.size() <= kMaxText) return;
  size_t end = kMaxText - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += kEllipsis;
}

// The jobs of a worker: the cases of the suites, and those of none. Suites are made in their order until one has the case
// that is asked for: a worker for the first need not look for the files of a later one. Throws where their cases do not fit
// the memory.
class Jobs {
 public:
  explicit Jobs(const Settings& settings) : settings_(settings) {}

  // Until the next call.
  const Case* find(const std::string& name) {
    if (name == about_provider().name) return &about_provider();
    specimen_ = find_specimen_case(name);
    if (specimen_) return &*specimen_;
    for (size_t i = 0; i < suites().size(); ++i) {
      if (i == made_.size()) made_.emplace_back(settings_, suites().subspan(i, 1));
      if (const Case* found = made_[i].find(name)) return found;
    }
    return nullptr;
  }

 private:
  const Settings& settings_;
  std::deque<Catalogue> made_;  // the first suites
  std::optional<Case> specimen_;
};

Verdict run_job(Jobs& jobs, Rig& rig, const std::string& name) {
  const Case* which = nullptr;
  try {
    which = jobs.find(name);
  } catch (const std::bad_alloc&) {
    return fail(
        "the suite's list of cases takes more memory than --memory allows a worker; allow more, or take fewer "
        "graphs with --budget");
  }
  return which != nullptr ? rig.run(*which) : fail("this worker has no such case");
}

}  // namespace

std::string to_line(Answer answer) {
  Verdict& verdict = answer.verdict;
  shorten(verdict.sentence);
  shorten(verdict.accuracy.worst);
  for (std::string& warning : verdict.warnings) shorten(warning);
  for (auto& [code, text] : verdict.refusals) shorten(text);
  const nlohmann::json json = {{"token", answer.token}, {"name", answer.name}, {"verdict", to_json(answer.verdict)}};
  // Sentences quote providers, whose text need not be UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

Result<Answer> parse_answer(std::string_view line) {
  try {
    const nlohmann::json json = nlohmann::json::parse(line);
    Answer answer{.token = json.at("token").get<std::string>(), .name = json.at("name").get<std::string>()};
    MORTISE_ASSIGN(answer.verdict, parse_verdict(json.at("verdict")));
    return answer;
  } catch (const nlohmann::json::exception& e) {
    return invalid_argument("not an answer: ", e.what());
  }
}

int run_worker(int channel_descriptor, int page) {
  const pid_t self = getpid();
  Channel channel(channel_descriptor);
  if (!adopt_call_page(page)) return kChannelLost;
  install_fault_handler();
  const std::optional<std::string> first = channel.read_line();
  if (!first) return 0;
  Result<Settings> settings = parse_settings(*first);
  if (!settings.ok()) return kChannelLost;
  Jobs jobs(*settings);
  Rig rig(*settings);
  Streams streams;
  while (const std::optional<std::string> name = channel.read_line()) {
    Answer answer{.token = settings->token, .name = *name};
    answer.verdict = run_job(jobs, rig, *name);
    judge_streams(streams.take(), answer.verdict);
    if (getpid() != self) _exit(0);  // a copy that a plugin forked: only the original answers
    channel.write_line(to_line(std::move(answer)));
  }
  return 0;
}

}  // namespace mortise::conformance
