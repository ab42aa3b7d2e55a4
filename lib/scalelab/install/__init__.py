"""Set-up: a virtual environment with torch, a Horovod that compiles, and this package.

Standard library only, and nothing newer than Python 3.8: it runs before anything is installed, as
`PYTHONPATH=lib python3 -m scalelab.install`, also under a Python that is then told to be too old.
"""
