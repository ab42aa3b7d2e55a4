# says: as in PyTorch's DistributedSampler
def my_part(count, rank, size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order = np.resize(order, -(-count // size) * size)
    return order[rank::size]
