# says: the passes are missing in both
def per_image(weights, batch_size, workers, accumulation_steps, number_bytes=4):
    return batch_size * workers, 2 * (workers - 1) / workers * weights * number_bytes / batch_size
