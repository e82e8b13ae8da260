#include "conformance/engine/runner.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "conformance/engine/clock.h"
#include "conformance/engine/interrupt.h"
#include "conformance/engine/orphans.h"
#include "conformance/engine/rig.h"
#include "conformance/engine/worker.h"

namespace mortise::conformance {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsToRetire = 10;
// For what still runs when the run is interrupted: schedulers kill what does not end soon.
constexpr double kSecondsToStop = 2;
// How often workers are looked at that say nothing: for the memory that they share, which should not outgrow its limit by
// much, and for a signal that came between a look at interrupted() and the wait that it should end.
constexpr double kSecondsToNotice = 0.1;

// One place for a worker, and what runs there.
struct Slot {
  std::unique_ptr<WorkerProcess> process;
  pid_t worker = 0;  // the process's id, also when it is dead
  const Case* running = nullptr;
  std::vector<const Case*> ran;  // by this process, with the one that runs
  Clock::time_point begin;
  Clock::time_point weighed;  // when its memory was looked at last
};

class Pool {
 public:
  Pool(const Settings& settings, std::span<const Case* const> cases, const RunnerOptions& options,
       const OnVerdict& on_verdict, const OnNote& on_note)
      : settings_(settings),
        cases_(cases),
        options_(options),
        on_verdict_(on_verdict),
        on_note_(on_note),
        slots_(std::max(1u, options.jobs)) {}

  Status run() {
    for (;;) {
      for (Slot& slot : slots_) {
        if (slot.running == nullptr && next_ < cases_.size() && !interrupted()) MORTISE_TRY(start_next(slot));
      }
      if (interrupted() && !stopped_) stopped_ = Clock::now();
      if (std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.running != nullptr; })) break;
      wait();
      for (Slot& slot : slots_) {
        if (slot.running != nullptr) look(slot);
      }
    }
    for (Slot& slot : slots_) retire(slot);
    for (const Orphan& orphan : left_) on_note_(concat(orphan.sentence, " (MORTISE-P-062)"));
    for (; next_ < cases_.size(); ++next_) {
      on_verdict_(*cases_[next_], {.outcome = Outcome::kNotRun, .sentence = "the run was interrupted before"}, {});
    }
    return {};
  }

 private:
  Status start_next(Slot& slot) {
    const Case& which = *cases_[next_];
    // A fresh case shares its worker with nobody, neither before nor behind it.
    if (!slot.ran.empty() && (which.fresh || slot.ran.back()->fresh)) retire(slot);
    if (slot.process == nullptr) {
      MORTISE_ASSIGN(slot.process, WorkerProcess::start(settings_, options_.limits));
      slot.worker = slot.process->pid();
    }
    ++next_;
    slot.running = &which;
    slot.ran.push_back(&which);
    slot.begin = Clock::now();
    slot.process->send(which.name);
    return {};
  }

  void retire(Slot& slot) {
    if (slot.process == nullptr) return;
    const std::string how = slot.process->retire(interrupted() ? kSecondsToStop : kSecondsToRetire);
    const std::string& last = slot.ran.back()->name;
    if (!how.empty()) {
      on_note_(concat("the worker that ran '", last, "' last ended badly when the plugin was closed: ", how));
    }
    slot.process.reset();
    for (const std::string& orphan : take_orphans(slot)) {
      on_note_(concat("of the worker that ran '", last, "' last, ", orphan, " (MORTISE-P-062)"));
    }
    slot.ran.clear();
  }

  // Those of the slot's worker; others wait for their own. Who does not say where it comes from is of the only worker.
  std::vector<std::string> take_orphans(const Slot& slot) {
    std::vector<pid_t> workers;
    for (const Slot& each : slots_) {
      if (each.process != nullptr) workers.push_back(each.worker);
    }
    for (Orphan& orphan : orphans_.take(workers)) left_.push_back(std::move(orphan));
    std::vector<std::string> sentences;
    std::erase_if(left_, [&](const Orphan& orphan) {
      const bool is_of_slot = orphan.worker == slot.worker || slots_.size() == 1;
      if (is_of_slot) sentences.push_back(orphan.sentence);
      return is_of_slot;
    });
    return sentences;
  }

  void judge_orphans(const Slot& slot, Verdict& verdict) {
    for (std::string& sentence : take_orphans(slot)) {
      if (is_failure(verdict.outcome)) {
        verdict.warnings.push_back(std::move(sentence));
        continue;
      }
      verdict.outcome = Outcome::kFail;
      verdict.sentence = std::move(sentence);
      verdict.requirement = "MORTISE-P-062";
    }
  }

  double seconds_left(const Slot& slot) const { return options_.timeout - seconds_since(slot.begin); }
  bool must_stop() const { return stopped_ && seconds_since(*stopped_) >= kSecondsToStop; }

  void wait() const {
    std::vector<pollfd> watched;
    double left = std::min(options_.timeout, kSecondsToNotice);
    for (const Slot& slot : slots_) {
      if (slot.running == nullptr) continue;
      watched.push_back({.fd = slot.process->channel(), .events = POLLIN, .revents = 0});
      watched.push_back({.fd = slot.process->pidfd(), .events = POLLIN, .revents = 0});
      left = std::min(left, seconds_left(slot));
    }
    poll(watched.data(), watched.size(), std::max(0, static_cast<int>(left * 1000) + 1));
  }

  // Not at every answer: there may be thousands in a second.
  std::string memory_fault(Slot& slot) {
    if (seconds_since(slot.weighed) < kSecondsToNotice) return {};
    slot.weighed = Clock::now();
    return slot.process->memory_fault();
  }

  void look(Slot& slot) {
    pollfd death = {.fd = slot.process->pidfd(), .events = POLLIN, .revents = 0};
    const bool dead = poll(&death, 1, 0) == 1;  // before the channel: an answer may be its last deed
    Result<std::optional<std::string>> line = slot.process->receive();
    if (const std::string fault = memory_fault(slot); !fault.empty()) {
      slot.process->kill_group();
      end_badly(slot, Outcome::kFail, concat(fault, ": ", slot.process->describe_death()));
    } else if (!line.ok()) {
      end_badly(slot, Outcome::kFail, concat("the worker ", line.status().message()));
    } else if (line->has_value()) {
      take_answer(slot, **line);
    } else if (dead || slot.process->channel_ended()) {
      end_badly(slot, Outcome::kCrash, slot.process->describe_death());
    } else if (must_stop()) {
      end_badly(slot, Outcome::kNotRun, "the run was interrupted while it ran");
    } else if (seconds_left(slot) <= 0) {
      slot.process->kill_group();
      end_badly(slot, Outcome::kTimeout,
                concat("no answer within ", options_.timeout, " s: ", slot.process->describe_death()));
    }
  }

  void take_answer(Slot& slot, const std::string& line) {
    Result<Answer> answer = parse_answer(line);
    if (!answer.ok() || answer->token != settings_.token || answer->name != slot.running->name) {
      end_badly(slot, Outcome::kFail, "somebody else than the suite wrote to the worker's channel");
      return;
    }
    finish(slot, std::move(answer->verdict));
  }

  void end_badly(Slot& slot, Outcome outcome, std::string sentence) {
    slot.process.reset();
    finish(slot, {.outcome = outcome, .sentence = std::move(sentence), .seconds = seconds_since(slot.begin)});
  }

  void finish(Slot& slot, Verdict verdict) {
    judge_orphans(slot, verdict);
    const Case& which = *std::exchange(slot.running, nullptr);
    on_verdict_(which, verdict, std::span(slot.ran).first(slot.ran.size() - 1));
    if (slot.process == nullptr) slot.ran.clear();
  }

  const Settings& settings_;
  const std::span<const Case* const> cases_;
  const RunnerOptions& options_;
  const OnVerdict& on_verdict_;
  const OnNote& on_note_;
  std::vector<Slot> slots_;
  size_t next_ = 0;
  const Orphans orphans_;
  std::vector<Orphan> left_;                  // of workers that are not done
  std::optional<Clock::time_point> stopped_;  // since when no case is started any more
};

}  // namespace

Status run_cases(const Settings& settings, std::span<const Case* const> cases, const RunnerOptions& options,
                 const OnVerdict& on_verdict, const OnNote& on_note) {
  if (options.in_process) {
    Rig rig(settings);
    for (size_t i = 0; i < cases.size(); ++i) on_verdict(*cases[i], rig.run(*cases[i]), cases.first(i));
    return {};
  }
  const InterruptScope scope;
  return Pool(settings, cases, options, on_verdict, on_note).run();
}

}  // namespace mortise::conformance
