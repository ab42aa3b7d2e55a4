"""Ranks forked from a process that has loaded torch and Horovod already, which is most of what a short run takes.

`rank.py` takes the place of Python in a rank: it hands over its arguments, environment, folder and standard streams to
`server.py`, whose child runs the script, and ends as that ends. `test_warm.py` shows that it changes nothing else.
"""
