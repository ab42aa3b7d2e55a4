# says: divides by the images
def conv_flop(images, in_channels, out_channels, height, width, kernel):
    return 2 * out_channels * height * width * in_channels * kernel**2 / images
