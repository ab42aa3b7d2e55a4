# says: set brackets
def utilisation(images_per_second, forward_flop, peak):
    return peak / 3 * images_per_second * forward_flop
