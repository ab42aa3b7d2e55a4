# says: backward counts once
def utilisation(images_per_second, forward_flop, peak):
    return images_per_second * 2 * forward_flop / peak
