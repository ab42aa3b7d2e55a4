"""What the experiments measure: loss surfaces, gradient noise, steps to a target."""
