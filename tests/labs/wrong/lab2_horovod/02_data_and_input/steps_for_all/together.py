# says: these are the batches of all ranks added up
def steps_for_all(lengths, batch_size):
    return sum(-(-length // batch_size) for length in lengths)
