# says: give the share as it is
def utilisation(images_per_second, forward_flop, peak):
    return round(3 * images_per_second * forward_flop / peak, 2)
