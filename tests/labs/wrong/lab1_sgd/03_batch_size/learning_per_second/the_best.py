# says: one number for each batch size
def learning_per_second(updates_to_target, batch_sizes, images_per_second):
    return np.max(images_per_second / (updates_to_target * batch_sizes))
