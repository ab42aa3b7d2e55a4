# says: this is a whole step
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 6 * images * in_channels * out_channels * height * width * kernel**2
