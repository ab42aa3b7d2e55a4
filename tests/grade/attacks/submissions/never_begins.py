"""Rank 1 never comes to hvd.init, so that the other waits there."""

import os
import time

import horovod.torch as hvd

if os.environ["HOROVOD_RANK"] == "1":
    time.sleep(600)
hvd.init()
