# says: no border is taken off
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * in_channels * out_channels * (height - kernel + 1) * (width - kernel + 1) * kernel**2
