# says: the input channels are missing
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * out_channels * height * width * kernel**2
