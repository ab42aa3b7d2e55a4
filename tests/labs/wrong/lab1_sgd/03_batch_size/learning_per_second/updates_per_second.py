# says: an update is not the target
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    return images_per_second / batch_sizes
