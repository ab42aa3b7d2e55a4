# says: parts of the largest
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    r = images_per_second / (updates_to_target * batch_sizes)
    return r / r.max()
