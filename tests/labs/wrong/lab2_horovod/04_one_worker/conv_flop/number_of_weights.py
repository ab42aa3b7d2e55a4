# says: the number of weights
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return in_channels * out_channels * kernel**2
