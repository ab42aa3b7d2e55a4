"""How OpenMP's threads wait for one another: asleep.

By default they spin, and so keep from its core whoever has work for it: another program, another kernel of a class.
"""

PASSIVE = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",  # of GNU's library, which PyTorch from PyPI brings
    "KMP_BLOCKTIME": "0",  # of Intel's and LLVM's, which PyTorch from conda brings
}
