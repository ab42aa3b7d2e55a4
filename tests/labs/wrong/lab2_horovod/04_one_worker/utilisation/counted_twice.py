# says: counts multiplications and additions already
def utilisation(images_per_second, forward_flop, peak):
    return images_per_second * 6 * forward_flop / peak
