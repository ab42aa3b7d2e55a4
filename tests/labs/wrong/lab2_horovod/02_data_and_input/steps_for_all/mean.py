# says: this is the mean over the ranks
def steps_for_all(lengths, batch_size):
    return int(-(-np.mean(lengths) // batch_size))
