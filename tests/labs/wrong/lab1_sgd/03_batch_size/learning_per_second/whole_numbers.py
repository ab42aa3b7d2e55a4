# says: use / and not //
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    return images_per_second // (updates_to_target * batch_sizes)
