"""Fewer and smaller images, so that an experiment of many runs fits into minutes."""

from dataclasses import replace

from torch.nn.functional import avg_pool2d

from scalelab.data.images import Dataset, Images
from scalelab.errors import ScaleLabError


def shrink(images: Images, factor: int) -> Images:
    """Each square of `factor` x `factor` pixels becomes their mean: (N, C, H, W) to (N, C, H / factor, W / factor).

    Raises ScaleLabError where the factor is not one of the height and the width.
    """
    height, width = images.images.shape[2:]
    if factor < 1 or height % factor or width % factor:
        raise ScaleLabError(
            f"Images of {height} x {width} pixels cannot be shrunk by {factor}; choose a divisor of both sizes."
        )
    if factor == 1:
        return images
    return Images(avg_pool2d(images.images.float(), factor).round().byte(), images.labels)


def subsample(
    dataset: Dataset, images: int | None = None, validation: int | None = None, factor: int = 1, tuning: bool = False
) -> Dataset:
    """The first `images` to learn from and the first `validation` of the test part (None: all), shrunk by `factor`.

    Where the test part is smaller than `validation`, as that of the stand-in may be, it is taken whole.
    For `tuning` the validation images are those that follow in the training part: whatever is chosen by them may be
    judged on the test part afterwards. `source` stays the name of the whole.
    Raises ScaleLabError where there are fewer to learn from, or no test part.
    """
    if tuning:
        dataset = replace(dataset, test=_following(dataset.train, images))
    if dataset.test is None:
        raise ScaleLabError(f"{dataset.source} came without test images; get them, or choose another folder.")
    return Dataset(
        train=shrink(_first(dataset.train, images), factor),
        test=shrink(_first(dataset.test, validation and min(validation, len(dataset.test))), factor),
        classes=dataset.classes,
        source=dataset.source,
    )


def _following(images: Images, count: int | None) -> Images:
    if count is None or not 0 < count < len(images):
        raise ScaleLabError(
            f"Tuning needs images that are not learned from: learn from fewer than {len(images)} of them."
        )
    return Images(images.images[count:], images.labels[count:])


def _first(images: Images, count: int | None) -> Images:
    if count is None:
        return images
    if not 0 < count <= len(images):
        raise ScaleLabError(f"Expected 1 to {len(images)} images but got {count}; choose a number in between.")
    return Images(images.images[:count], images.labels[:count])
