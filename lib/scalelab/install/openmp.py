"""How OpenMP's threads wait for one another: asleep.

By default they spin, and so keep from its core whoever has work for it: beside other programs a step on two threads
then took 14 times as long as on one, asleep twice as long.
"""

PASSIVE = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",  # of GNU's library, which PyTorch from PyPI brings
    "KMP_BLOCKTIME": "0",  # of Intel's and LLVM's, which PyTorch from conda brings
}
