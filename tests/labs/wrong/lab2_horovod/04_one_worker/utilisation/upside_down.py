# says: the fraction is upside down
def utilisation(images_per_second, forward_flop, peak):
    return peak / (images_per_second * 3 * forward_flop)
