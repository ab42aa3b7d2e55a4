# says: this is the share that is not used
def utilisation(images_per_second, forward_flop, peak):
    return 1 - images_per_second * 3 * forward_flop / peak
