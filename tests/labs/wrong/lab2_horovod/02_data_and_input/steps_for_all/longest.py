# says: the rank with the most images sets the pace
def steps_for_all(lengths, batch_size):
    return max(-(-length // batch_size) for length in lengths)
