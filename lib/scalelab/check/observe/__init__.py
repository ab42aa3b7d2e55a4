"""What runs inside an observed rank: hooks that tell what the script does, without a change to its file."""
