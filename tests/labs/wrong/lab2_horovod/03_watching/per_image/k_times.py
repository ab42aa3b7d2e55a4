# says: K times the bytes travel
def per_image(weights, batch_size, workers, accumulation_steps, number_bytes=4):
    return batch_size * workers * accumulation_steps, workers * weights * number_bytes / (batch_size * accumulation_steps)
