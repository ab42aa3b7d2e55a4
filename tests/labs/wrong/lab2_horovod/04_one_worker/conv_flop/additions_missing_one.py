# says: one addition fewer
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    outputs = images * out_channels * height * width
    return outputs * (2 * in_channels * kernel**2 - 1)
