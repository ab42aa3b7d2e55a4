"""Workers that do not wait for each other, or not for all: who updates when, by weights how old."""
