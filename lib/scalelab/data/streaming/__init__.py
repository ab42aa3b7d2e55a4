"""Images read while training: shards, prefetching, a shuffle buffer."""
