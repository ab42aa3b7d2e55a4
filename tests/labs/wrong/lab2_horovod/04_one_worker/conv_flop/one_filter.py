# says: the output channels are missing
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * height * width * in_channels * kernel**2
