# says: this is no whole number
def steps_for_all(lengths, batch_size):
    return min(lengths) / batch_size
