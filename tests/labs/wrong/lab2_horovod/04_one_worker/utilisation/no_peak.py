# says: divide it by the machine's
def utilisation(images_per_second, forward_flop, peak):
    return images_per_second * 3 * forward_flop
