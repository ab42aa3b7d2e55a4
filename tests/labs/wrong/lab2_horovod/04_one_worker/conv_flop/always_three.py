# says: always 3 x 3
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * out_channels * height * width * in_channels * 9
