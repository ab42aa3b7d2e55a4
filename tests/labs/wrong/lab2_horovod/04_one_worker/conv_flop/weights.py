# says: these are the weights
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * in_channels * out_channels * kernel**2
