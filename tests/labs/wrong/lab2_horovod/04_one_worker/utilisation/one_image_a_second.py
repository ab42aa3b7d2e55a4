# says: images per second are missing
def utilisation(images_per_second, forward_flop, peak):
    return 3 * forward_flop / peak
