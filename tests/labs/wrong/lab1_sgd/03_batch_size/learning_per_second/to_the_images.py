# says: these are the images to the target
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    return updates_to_target * batch_sizes
