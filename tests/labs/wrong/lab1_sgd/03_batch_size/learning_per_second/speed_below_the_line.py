# says: multiply by them
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    return 1 / (updates_to_target * batch_sizes) / images_per_second
