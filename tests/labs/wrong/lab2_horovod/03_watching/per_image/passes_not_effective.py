# says: the passes are missing in the effective batch
def per_image(weights, batch_size, workers, accumulation_steps, number_bytes=4):
    sent = 2 * (workers - 1) / workers * weights * number_bytes
    return batch_size * workers, sent / (batch_size * accumulation_steps)
