# says: so multiply
def utilisation(images_per_second, forward_flop, peak):
    return images_per_second * forward_flop / (3 * peak)
