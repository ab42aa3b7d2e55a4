"""What runs the tests: who may use which cores when, how patient a limit is, what a machine lacks."""
