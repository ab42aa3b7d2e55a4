# says: leaves a whole number
def utilisation(images_per_second, forward_flop, peak):
    return 3 * images_per_second * forward_flop // peak
