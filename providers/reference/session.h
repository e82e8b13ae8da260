// Session: a program and the pool of states that its runs use. Runs may overlap; they share only the program.
#pragma once

#include <array>
#include <atomic>

#include "providers/reference/run_state.h"

namespace mortise::reference {

class Session final : public sdk::Session {
 public:
  Session(Program program, const sdk::Host& host) : program_(std::move(program)), host_(host) {}
  ~Session() override;
  Status run(const sdk::RunArgs& args) override;

 private:
  const Program program_;
  const sdk::Host host_;
  // States that no run is using. A run takes one and puts it back; a state that finds no room is released.
  std::array<std::atomic<RunState*>, 64> idle_{};
};

}  // namespace mortise::reference
