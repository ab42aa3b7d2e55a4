# says: this is forward alone
def utilisation(images_per_second, forward_flop, peak):
    return images_per_second * forward_flop / peak
