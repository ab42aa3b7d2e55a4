# says: a bias is counted
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return images * out_channels * height * width * (2 * in_channels * kernel**2 + 1)
