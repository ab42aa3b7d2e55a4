# says: the numbers of the output
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return images * out_channels * height * width
