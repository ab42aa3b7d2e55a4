# says: divides by the images per second
def utilisation(images_per_second, forward_flop, peak):
    return 3 * forward_flop / images_per_second / peak
