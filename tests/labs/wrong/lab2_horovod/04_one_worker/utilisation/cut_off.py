# says: do not cut it off at 1
def utilisation(images_per_second, forward_flop, peak):
    return min(1, images_per_second * 3 * forward_flop / peak)
