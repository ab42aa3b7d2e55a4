"""Edits that make Horovod's build take a third of its time; none changes what the built library does.

Nearly all of the time went into reading headers: all of torch's, twice, and the same standard ones in each of 67 files.
"""

from __future__ import annotations

from scalelab.install.edit import Edit

CMAKE, TORCH_CMAKE = "CMakeLists.txt", "horovod/torch/CMakeLists.txt"
GLOO_CMAKE = "third_party/gloo/gloo/CMakeLists.txt"
OPTIMIZED = 'string(REPLACE "-O2" "-O3" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")\n'
ALL_OF_TORCH = "#include <torch/extension.h>\n#include <torch/torch.h>\n"
# What the code calls torch::Tensor, torch::empty and so on is ATen's, which torch/types.h gives these names too.
TENSORS = """\
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

namespace torch {
using namespace at;
}
"""
WHY_TENSORS = "all of torch's C++ side, neural networks included, was read to know what a tensor is: half of the build"

# Files are compiled together by what they include. Those of CUDA, ROCm and MPI stay apart: that was not tried.
LIBRARY = "add_library(${PYTORCH_TARGET_LIB} SHARED ${SOURCES} ${PYTORCH_SOURCES})\n"
TOGETHER = """\
add_library(${PYTORCH_TARGET_LIB} SHARED ${PYTORCH_SOURCES} ${SOURCES})
if(NOT HAVE_CUDA AND NOT HAVE_ROCM)
    set_target_properties(${PYTORCH_TARGET_LIB} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    foreach(SOURCE IN LISTS PYTORCH_SOURCES SOURCES)
        if(SOURCE MATCHES "/mpi/|/mpi_operations|adasum|nvtx|ccl_|ddl_")
            continue()
        elseif(SOURCE MATCHES "/horovod/torch/")
            set(GROUP torch)
        elseif(SOURCE MATCHES "/optim/|/parameter_manager")
            set(GROUP tuning)
        elseif(SOURCE MATCHES "/common/ops/|/common/gloo/")
            set(GROUP operations)
        else()
            set(GROUP common)
        endif()
        set_source_files_properties(${SOURCE} PROPERTIES UNITY_GROUP ${GROUP})
    endforeach()
endif()
"""
GLOO = "add_library(gloo ${GLOO_STATIC_OR_SHARED} ${GLOO_SRCS})\n"
# allreduce_local.cc means another ReductionFunction than the files before it; those of MPI stay apart here too.
GLOO_TOGETHER = """\
set_target_properties(gloo PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
foreach(SOURCE IN LISTS GLOO_SRCS)
  if(SOURCE MATCHES "/allreduce_local.cc|/mpi/")
    set_source_files_properties(${SOURCE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endforeach()
"""

HEAD = "# Try to find Pytorch\n#\n"
# It asks torch at once what the rest of the file asks in seven processes, and ends there but for ROCm. What torch
# prints while it is imported is no answer.
ASK_ONCE = """\
execute_process(COMMAND ${PY_EXE} -c "
import os, sys
sys.stdout = open(os.devnull, 'w')
import torch
from torch.utils.cpp_extension import CUDA_HOME, ROCM_HOME, CUDAExtension, CppExtension
cuda = (torch.version.cuda is not None) and (CUDA_HOME is not None)
rocm = (torch.version.hip is not None) and (ROCM_HOME is not None)
found = (CUDAExtension if cuda else CppExtension)('', [])
told = dict(VERSION=[torch.__version__], CUDA=[cuda], ROCM=[rocm], CXX11=[torch.compiled_with_cxx11_abi()],
            INCLUDE_DIRS=found.include_dirs, LIBRARY_DIRS=found.library_dirs, NAMES=found.libraries)
for name, values in told.items():
    quoted = [chr(34) + str(value) + chr(34) for value in values]
    print('set(Pytorch_' + name, *quoted, ')', file=sys.__stdout__)
" OUTPUT_FILE ${CMAKE_BINARY_DIR}/pytorch.cmake)
include(${CMAKE_BINARY_DIR}/pytorch.cmake)
if(NOT Pytorch_ROCM)
    string(TOUPPER "${Pytorch_CUDA}" Pytorch_CUDA)
    string(TOUPPER "${Pytorch_CXX11}" Pytorch_CXX11)
    include(FindPackageHandleStandardArgs)
    find_package_handle_standard_args(Pytorch REQUIRED_VARS Pytorch_VERSION VERSION_VAR Pytorch_VERSION)
    foreach(NAME IN LISTS Pytorch_NAMES)
        find_library(FOUND_LIB_${NAME} NAMES ${NAME} HINTS ${Pytorch_LIBRARY_DIRS})
        list(APPEND Pytorch_LIBRARIES ${FOUND_LIB_${NAME}})
    endforeach()
    if(Pytorch_CXX11)
        set(Pytorch_COMPILE_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=1")
    else()
        set(Pytorch_COMPILE_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")
    endif()
    return()
endif()

"""

QUICK = (
    Edit(
        CMAKE,
        OPTIMIZED,
        OPTIMIZED + 'string(REPLACE "-g" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")\n',
        "information for a debugger, which nobody here starts, took a fifth of each file's time and most of the wheel",
    ),
    Edit(CMAKE, "-fPIC -Wall -ftree-vectorize", "-fPIC -w -ftree-vectorize", "its warnings are not ours to mend"),
    Edit("horovod/torch/adapter_v2.h", ALL_OF_TORCH, TENSORS, WHY_TENSORS),
    Edit("horovod/torch/mpi_ops_v2.cc", ALL_OF_TORCH, "#include <torch/csrc/utils/pybind.h>\n", WHY_TENSORS),
    Edit(TORCH_CMAKE, LIBRARY, TOGETHER, "the same headers were read in each of 30 files; the longest comes first"),
    Edit(GLOO_CMAKE, GLOO, GLOO + GLOO_TOGETHER, "the same headers were read in each of 37 files"),
    Edit("cmake/Modules/FindPytorch.cmake", HEAD, ASK_ONCE + HEAD, "importing torch takes 2 s each time"),
)
