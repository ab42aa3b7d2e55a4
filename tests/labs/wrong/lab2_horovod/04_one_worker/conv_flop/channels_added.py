# says: are added
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * images * (out_channels + in_channels) * height * width * kernel**2
