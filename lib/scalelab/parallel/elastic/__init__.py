"""Going on where a worker dies: from the last commit, with those that are left, and every example once."""
