# says: this is in per cent
def utilisation(images_per_second, forward_flop, peak):
    return 100 * images_per_second * 3 * forward_flop / peak
