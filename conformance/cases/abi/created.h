// Created: a provider made by hand, for cases about create() and about the calls on a provider that is not open, where
// Device would do more than is wanted. And the odd texts that such cases try.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/rig.h"

namespace mortise::conformance::abi {

class Created {
 public:
  // create() with these arguments; null: the run's own host, id, options. What was in the result before is no null.
  struct Arguments {
    const mortise_host_t* host = nullptr;
    const char* id = nullptr;
    const char* options = nullptr;
  };
  Created(Rig& rig, const Arguments& arguments);
  // close() where it is open, then destroy().
  ~Created();
  Created(const Created&) = delete;
  Created& operator=(const Created&) = delete;

  // Of create(), or of the plugin where that cannot be asked.
  const Status& status() const { return status_; }
  // A call that failed left something in its result.
  bool left_something() const { return left_something_; }
  // Only where create() was OK, with every function.
  const mortise_provider_t& provider() const { return *provider_; }

  Status open();
  void close();

 private:
  CheckedHost& host_;
  Status status_;
  bool left_something_ = false;
  const mortise_provider_t* provider_ = nullptr;
  bool opened_ = false;
};

// Ids that are none of a plugin's, made from one that is: with something before or behind, in other case, cut off, empty,
// random, long.
std::vector<std::string> unknown_ids(std::string_view known, Random random);

}  // namespace mortise::conformance::abi
