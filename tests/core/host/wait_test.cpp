// Waiting threads and tasks, and gates.
#include "core/host/wait.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <thread>

#include "core/host/gate.h"

namespace mortise {
namespace {

TEST(Wait, ReturnsWhenWokenBefore) {
  Wait sleeping(Waiting::kSleep);
  sleeping.wake();
  sleeping.wait();
  Wait suspended(Waiting::kSuspend);
  suspended.wake();
  suspended.wait();
}

TEST(Wait, ReturnsWhenWokenByAnotherThread) {
  for (int i = 0; i < 200; ++i) {
    Wait wait(Waiting::kSleep);
    std::thread other([&] { wait.wake(); });
    wait.wait();
    other.join();
  }
}

// The arena has one thread: the second task wakes the first only if that one does not hold the thread.
TEST(Wait, LeavesItsThreadToOtherTasks) {
  if (!can_suspend()) GTEST_SKIP() << "this build cannot suspend tasks";
  tbb::task_arena arena(1);
  for (int i = 0; i < 1000; ++i) {
    arena.execute([] {
      Wait wait(Waiting::kSuspend);
      int order = 0, waited = 0, woke = 0;
      tbb::task_group group;
      group.run([&] {
        wait.wait();
        waited = ++order;
      });
      group.run([&] {
        woke = ++order;
        wait.wake();
      });
      group.wait();
      EXPECT_EQ(woke + waited, 3);
    });
  }
}

TEST(Wait, IsWokenFromOutsideTheArena) {
  tbb::task_arena arena(2);
  for (int i = 0; i < 500; ++i) {
    Wait wait(Waiting::kSuspend);
    std::thread other([&] { wait.wake(); });
    arena.execute([&] {
      tbb::task_group group;
      group.run([&] { wait.wait(); });
      group.wait();
    });
    other.join();
  }
}

TEST(Gate, LetsOnePassAtATime) {
  Gate gate;
  int inside = 0, passed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        gate.enter(Waiting::kSleep);
        EXPECT_EQ(++inside, 1);
        ++passed;
        --inside;
        gate.leave();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 2000);
}

// Tasks on one thread, each leaving the gate to the next from a task of its own: nobody may hold the thread at the
// gate.
TEST(Gate, DoesNotHoldTheThreadOfATask) {
  if (!can_suspend()) GTEST_SKIP() << "this build cannot suspend tasks";
  tbb::task_arena arena(1);
  arena.execute([] {
    Gate gate;
    int passed = 0;
    tbb::task_group group;
    gate.enter(Waiting::kSuspend);
    for (int i = 0; i < 20; ++i) {
      group.run([&] {
        gate.enter(Waiting::kSuspend);
        ++passed;
        gate.leave();
      });
    }
    group.run([&] { gate.leave(); });
    group.wait();
    EXPECT_EQ(passed, 20);
  });
}

}  // namespace
}  // namespace mortise
