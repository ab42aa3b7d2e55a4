# says: that the machine could do
def utilisation(images_per_second, forward_flop, peak):
    return peak / (3 * forward_flop)
