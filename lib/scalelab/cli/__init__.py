"""The command line, a file a command. Each imports late, so that help answers at once."""
