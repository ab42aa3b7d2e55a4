# says: learning per second is 1 over them
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    images = updates_to_target * batch_sizes
    return images / images_per_second
