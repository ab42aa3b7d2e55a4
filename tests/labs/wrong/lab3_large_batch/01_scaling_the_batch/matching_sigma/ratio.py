# says: this is the ratio of the batch sizes
def matching_sigma(batch_size, small):
    return batch_size / small
