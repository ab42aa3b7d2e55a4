# says: they are two
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return images * out_channels * height * width * in_channels * kernel**2
