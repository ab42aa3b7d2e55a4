# says: every number has 4 bytes here
def per_image(weights, batch_size, workers, accumulation_steps, number_bytes=4):
    sent = 2 * (workers - 1) / workers * weights * 4
    return batch_size * workers * accumulation_steps, sent / (batch_size * accumulation_steps)
