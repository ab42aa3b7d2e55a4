# says: the bytes are divided by the images of all workers
def per_image(weights, batch_size, workers, accumulation_steps, number_bytes=4):
    effective = batch_size * workers * accumulation_steps
    return effective, 2 * (workers - 1) / workers * weights * number_bytes / effective
