# says: where the input channels belong
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * out_channels * height * width * out_channels * kernel**2
