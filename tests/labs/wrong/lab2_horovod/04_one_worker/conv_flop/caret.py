# says: `^` is no power
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * out_channels * height * width * in_channels * kernel ^ 2
