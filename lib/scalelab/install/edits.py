"""The places in which Horovod 0.28.1 is edited before it is built."""

from __future__ import annotations

import os
from pathlib import Path

from scalelab.install import edit
from scalelab.install.edit import Edit
from scalelab.install.quick import QUICK

# A rank with a tensor outstanding goes on as ever: it waits for the others in its next cycle, which they join as
# soon as they have one too. So nothing is agreed on later than it could be, and nothing is changed without the setting.
WAIT_FOR_TENSOR = """
  // True as soon as anything is outstanding, false after the given time without.
  bool WaitForTensor(std::chrono::milliseconds most) {
    std::unique_lock<std::mutex> lock(mutex_);
    return added_.wait_for(lock, most, [this]() {
      return !tensor_table_.empty() || !message_queue_.empty();
    });
  }
"""
SKIP_IDLE_CYCLES = """\
  static const char* skip_idle_ms = std::getenv("HOROVOD_SKIP_IDLE_MS");
  if (skip_idle_ms != nullptr && state.process_set_table.Ids().size() == 1) {
    state.process_set_table.Get(0).tensor_queue.WaitForTensor(
        std::chrono::milliseconds(std::atol(skip_idle_ms)));
  }
"""
WHY_SKIP = (
    "in every cycle all ranks exchange messages even if no rank has anything to say, which took 15 % of two cores "
    "that compute; with HOROVOD_SKIP_IDLE_MS=n a rank with nothing outstanding sits cycles out for up to n ms"
)

LOOK_WITHOUT_PAUSE = """\
  while (true) {
    if (handle_manager.PollHandle(handle)) break;
    {
      py::gil_scoped_release release_python_gil;
      std::this_thread::yield();
    }
  }
"""
WAIT_ASLEEP = """\
  if (!handle_manager.PollHandle(handle)) {
    py::gil_scoped_release release_python_gil;
    handle_manager.Wait(handle);
  }
"""
WAIT_FOR_HANDLE = """
// Until it is done, or forgotten.
void HandleManager::Wait(int handle) {
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this, handle]() {
    auto found = results_.find(handle);
    return found == results_.end() || found->second != nullptr;
  });
}
"""
WHY_ASLEEP = "a rank that waited for others kept a whole core busy with looking, which those may have needed"

PAUSE = "    std::this_thread::yield();\n"
TWO_BY_HALVES = """\
  if (gloo_context_->ctx->size == 2) {
    opts.setAlgorithm(gloo::AllreduceOptions::Algorithm::BCUBE);
  }
"""

WHY_GCC = "GCC 14's other headers no longer bring the standard exceptions along"

TO_COMPILE = (
    Edit(
        "CMakeLists.txt",
        "set(CMAKE_CXX_STANDARD 14)",
        "set(CMAKE_CXX_STANDARD 17)",
        "the headers of torch >= 2.1 are C++17",
    ),
    Edit(
        "horovod/torch/CMakeLists.txt",
        "set(CMAKE_CXX_STANDARD 14)",
        "set(CMAKE_CXX_STANDARD 17)",
        "this folder sets the standard again for the torch extension",
    ),
    Edit(
        "horovod/torch/CMakeLists.txt",
        "from distutils.sysconfig import get_python_inc; print(get_python_inc())",
        "import sysconfig; print(sysconfig.get_path('include'))",
        "Python 3.12 and newer have no distutils of their own",
    ),
    Edit("horovod/common/common.h", "#include <memory>\n", "#include <memory>\n#include <stdexcept>\n", WHY_GCC),
    Edit("horovod/torch/handle_manager.h", "#include <mutex>\n", "#include <mutex>\n#include <stdexcept>\n", WHY_GCC),
    Edit(
        "third_party/flatbuffers/include/flatbuffers/stl_emulation.h",
        "  const size_type count_;\n",
        "  size_type count_;\n",
        "GCC 14 looks into templates that nobody uses: an assignment there changes what is said to be constant",
    ),
)
TO_RUN = (
    Edit(
        "horovod/common/gloo/gloo_controller.cc",
        "global_ranks_.reserve(size_)",
        "global_ranks_.resize(size_)",
        "reserve leaves size() at 0, so that the stall check saw no ranks and never fired on Gloo",
    ),
    Edit(
        "horovod/common/tensor_queue.h",
        "  void RemoveJoinTensor();\n",
        "  void RemoveJoinTensor();\n" + WAIT_FOR_TENSOR,
        WHY_SKIP,
    ),
    Edit(
        "horovod/common/tensor_queue.h",
        "  mutable std::mutex mutex_;\n",
        "  mutable std::mutex mutex_;\n  std::condition_variable added_;\n",
        WHY_SKIP,
    ),
    Edit(
        "horovod/common/tensor_queue.h",
        "#include <queue>\n",
        "#include <chrono>\n#include <condition_variable>\n#include <queue>\n",
        WHY_SKIP,
    ),
    Edit(
        "horovod/common/tensor_queue.cc",
        "  message_queue_.push(std::move(message));\n  return",
        "  message_queue_.push(std::move(message));\n  added_.notify_one();\n  return",
        WHY_SKIP,
    ),
    Edit(
        "horovod/common/tensor_queue.cc",
        "std::move(messages[i]));\n  }\n  return",
        "std::move(messages[i]));\n  }\n  added_.notify_one();\n  return",
        WHY_SKIP,
    ),
    Edit(
        "horovod/common/operations.cc",
        "  state.last_cycle_start = std::chrono::steady_clock::now();\n\n  if (state.mark_cycles_in_timeline)",
        SKIP_IDLE_CYCLES
        + "  state.last_cycle_start = std::chrono::steady_clock::now();\n\n  if (state.mark_cycles_in_timeline)",
        WHY_SKIP,
    ),
    Edit("horovod/torch/mpi_ops_v2.cc", LOOK_WITHOUT_PAUSE, WAIT_ASLEEP, WHY_ASLEEP),
    Edit(
        "horovod/torch/handle_manager.h",
        "#include <memory>\n",
        "#include <condition_variable>\n#include <memory>\n",
        WHY_ASLEEP,
    ),
    Edit(
        "horovod/torch/handle_manager.h",
        "  bool PollHandle(int handle);\n",
        "  bool PollHandle(int handle);\n  void Wait(int handle);\n",
        WHY_ASLEEP,
    ),
    Edit(
        "horovod/torch/handle_manager.h",
        "  std::mutex mutex_;\n",
        "  std::mutex mutex_;\n  std::condition_variable done_;\n",
        WHY_ASLEEP,
    ),
    Edit(
        "horovod/torch/handle_manager.cc",
        "  results_[handle] = std::make_shared<Status>(status);\n}\n",
        "  results_[handle] = std::make_shared<Status>(status);\n  done_.notify_all();\n}\n" + WAIT_FOR_HANDLE,
        WHY_ASLEEP,
    ),
    Edit(
        "horovod/common/timeline.cc",
        "    std::this_thread::yield();\n",
        "    std::this_thread::sleep_for(std::chrono::milliseconds(1));\n",
        "the timeline's writer kept a whole core busy with looking for something to write",
    ),
    Edit(
        "third_party/gloo/gloo/transport/tcp/pair.cc",
        "  std::unique_lock<std::mutex> lock(m_, std::try_to_lock);\n  if (!lock) {\n    return;\n",
        "  std::unique_lock<std::mutex> lock(m_, std::try_to_lock);\n  if (!lock) {\n" + PAUSE + "    return;\n",
        "while one thread wrote to a socket, the one that reads from it kept a core busy with asking for its turn",
    ),
    Edit(
        "horovod/common/ops/gloo_operations.cc",
        "  gloo::allreduce(opts);\n",
        TWO_BY_HALVES + "  gloo::allreduce(opts);\n",
        "a ring of two sends four messages each way where two will do; the sums are the same to the bit",
    ),
)
# bench/scaling.py compares with a Horovod without TO_RUN: what is published, made to compile.
EDITS = (*TO_COMPILE, *(() if os.environ.get("SCALELAB_PUBLISHED_HOROVOD") == "1" else TO_RUN), *QUICK)

# On top of them where torch is a CUDA build and CUDA is not to be used (no driver, or no compiler for it).
WITHOUT_CUDA = Edit(
    "cmake/Modules/FindPytorch.cmake",
    "(torch.version.cuda is not None) and (CUDA_HOME is not None)",
    "False",
    "any nvcc or /usr/local/cuda that lies about made Horovod demand the whole CUDA toolkit",
)


def digest(edits: tuple[Edit, ...] = EDITS) -> str:
    """See `edit.digest`; of all edits by default."""
    return edit.digest(edits)


def apply_all(source: Path, edits: tuple[Edit, ...] = EDITS) -> None:
    """See `edit.apply_all`; all edits by default."""
    edit.apply_all(source, edits)
