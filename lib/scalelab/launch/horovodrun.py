"""`horovodrun` for Gloo, without the two seconds in which it loads torch only to ask whether Gloo is built in.

    python -P horovodrun.py -np 2 --gloo ...

ScaleLab's Horovod has it; one that has not ends in `hvd.init()` with an error of its own.
"""


def main() -> None:
    """Run `horovodrun` with this process's arguments."""
    from horovod.runner import launch  # here: Horovod starts processes that would import it for nothing

    launch.gloo_built = lambda verbose=False: True
    launch.run_commandline()


if __name__ == "__main__":
    main()
