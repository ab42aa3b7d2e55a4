# says: forward counts twice
def utilisation(images_per_second, forward_flop, peak):
    return 4 * images_per_second * forward_flop / peak
