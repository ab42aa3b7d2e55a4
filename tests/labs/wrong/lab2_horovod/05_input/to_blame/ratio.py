# says: compare seconds, not ratios
def to_blame(seconds):
    own = np.array(seconds)
    own[:, 2] = 0
    rank = own.sum(axis=1).argmax()
    return rank, np.nan_to_num(own[rank] / own.mean(axis=0)).argmax()
