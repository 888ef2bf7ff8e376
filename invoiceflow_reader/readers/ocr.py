"""The words in a page's picture, by RapidOCR (its models come inside the wheel), after the picture is turned upright.

Imported only by the process that recognises: the libraries cost a second and 100 MB before the first page. One thread:
the lanes scale by processes, and threads of native code would fight with them.
"""

import math
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from invoiceflow_reader.page.recognized import RecognizedPage
from invoiceflow_reader.page.structure import Word
from invoiceflow_reader.readers.page_pictures import picture_of

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Engine = Any
"""RapidOCR: what it answers with depends on its flags, which its types do not tell apart."""

_LOOK_SIDE: Final = 1000
"""Longest side in pixels of the small picture that shows which way is up: a tenth of the time of the large one."""
_LONG: Final = 1.5
"""A line is this much longer than high, whichever way it runs."""
_VOTES: Final = 15
_STRAIGHT: Final = 0.15
"""Degrees: less than this moves a word at the page's edge by a pixel or two."""


def recognize_page(data: bytes, number: int) -> RecognizedPage:
    """Page `number` (from 1) of the PDF. A page in which nothing is found comes without words."""
    picture, scale = picture_of(data, number)
    engine = _engine()
    matrix, width, height = _turned(picture, _turn(engine, picture))
    upright = picture if _is_identity(matrix) else _warped(picture, matrix, width, height)
    words, scores, lines = _words(engine, upright, scale)
    return RecognizedPage(
        number=number,
        width=width / scale,
        height=height / scale,
        words=tuple(words),
        scores=tuple(scores),
        text="\n".join(lines),
        to_shown=_to_shown(matrix, scale),
        shown_size=(picture.shape[1] / scale, picture.shape[0] / scale),
    )


@cache  # the models are loaded once a process, by the first page
def _engine() -> Engine:
    cv2.setNumThreads(1)
    return RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "critical",
        }
    )


def _turn(engine: Engine, picture: Picture) -> float:
    """Degrees, counter-clockwise, by which the picture must be turned to be read: quarter turns and skew together."""
    factor = min(1.0, _LOOK_SIDE / max(picture.shape[:2]))
    small = np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    boxes = getattr(engine(small, use_det=True, use_cls=False, use_rec=False), "boxes", None)
    if boxes is None or not len(boxes):
        return 0.0
    turn = _line_angle(boxes)
    return turn + 180.0 if _stands_on_its_head(engine, small, boxes, turn) else turn


def _line_angle(boxes: Sequence[NDArray[np.float32]]) -> float:
    """The angle of most of the text, weighed by length, in degrees clockwise: -45 to 135."""
    across: list[tuple[float, float]] = []
    down: list[tuple[float, float]] = []
    for top_left, top_right, _, bottom_left in boxes:
        along, aside = top_right - top_left, bottom_left - top_left
        if np.hypot(*along) >= _LONG * np.hypot(*aside):
            across.append((float(np.hypot(*along)), math.degrees(math.atan2(along[1], along[0]))))
        elif np.hypot(*aside) >= _LONG * np.hypot(*along):
            down.append((float(np.hypot(*aside)), math.degrees(math.atan2(aside[1], aside[0]))))
    lines = down if sum(length for length, _ in down) > sum(length for length, _ in across) else across
    if not lines:
        return 0.0
    longest = sorted(lines, reverse=True)[: max(5, len(lines) // 3)]  # short boxes have the angle of their noise
    return median(angle for _, angle in longest)


def _stands_on_its_head(engine: Engine, picture: Picture, boxes: Sequence[NDArray[np.float32]], turn: float) -> bool:
    matrix, width, height = _turned(picture, turn)
    level = _warped(picture, matrix, width, height)
    crops = []
    for box in boxes:
        moved = box @ matrix[:, :2].T + matrix[:, 2]
        x0, y0 = np.maximum(0, moved.min(axis=0)).astype(int)
        x1, y1 = np.ceil(moved.max(axis=0)).astype(int)
        if x1 - x0 >= 2 * (y1 - y0) > 0 and (crop := level[y0:y1, x0:x1]).size:
            crops.append(crop)
    votes = 0.0
    for crop in sorted(crops, key=lambda c: -int(c.shape[1]))[:_VOTES]:
        [(label, score)] = engine(crop, use_det=False, use_cls=True, use_rec=False).cls_res
        votes += score if "180" in label else -score
    return votes > 0


def _turned(picture: Picture, degrees: float) -> tuple[Matrix, int, int]:
    """The matrix that turns the picture counter-clockwise onto a sheet it fits on whole, and that sheet's size."""
    height, width = picture.shape[:2]
    if abs(degrees) < _STRAIGHT:
        return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), width, height
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = math.ceil(height * sin + width * cos - 1e-6), math.ceil(height * cos + width * sin - 1e-6)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return matrix, wide, high


def _warped(picture: Picture, matrix: Matrix, width: int, height: int) -> Picture:
    white = (255, 255, 255)
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=0, borderValue=white)
    return turned.astype(np.uint8, copy=False)


def _is_identity(matrix: Matrix) -> bool:
    return bool(matrix[0, 0] == 1 and matrix[0, 1] == 0 and not matrix[:, 2].any())


def _to_shown(matrix: Matrix, scale: float) -> tuple[float, float, float, float, float, float]:
    back = cv2.invertAffineTransform(matrix)
    a, c, e, b, d, f = (float(value) for value in back.ravel())
    return a, b, c, d, e / scale, f / scale


def _words(engine: Engine, picture: Picture, scale: float) -> tuple[list[Word], list[float], list[str]]:
    read = engine(picture, use_det=True, use_cls=True, use_rec=True, return_word_box=True)
    words: list[Word] = []
    scores: list[float] = []
    if getattr(read, "boxes", None) is None:
        return words, scores, []
    for index, (box, line, score) in enumerate(zip(read.boxes, read.txts, read.scores, strict=True)):
        pieces = read.word_results[index] if index < len(read.word_results) else ()
        for word in split_line(line, box, pieces):
            words.append(Word(word.text, word.x0 / scale, word.y0 / scale, word.x1 / scale, word.y1 / scale))
            scores.append(float(score))
    return words, scores, list(read.txts)


def split_line(line: str, box: Any, pieces: Sequence[tuple[str, float, Any]]) -> list[Word]:
    """A recognised line's words, split at its spaces. `box` has the line's four corners, `pieces` the engine's own splitting,
    which parts £ from its amount: it gives the edges where its letters are the line's, else these are by share of length."""
    y0, y1 = (float(edge(point[1] for point in box)) for edge in (min, max))
    left, right = (float(edge(point[0] for point in box)) for edge in (min, max))
    letters = [
        (letter, x0 + (x1 - x0) * i / len(text), x0 + (x1 - x0) * (i + 1) / len(text))
        for text, x0, x1 in ((t, min(p[0] for p in b), max(p[0] for p in b)) for t, _, b in pieces)
        for i, letter in enumerate(text)
        if not letter.isspace()
    ]
    if [letter for letter, _, _ in letters] != [c for c in line if not c.isspace()]:
        share = (right - left) / max(1, len(line))
        letters = [(c, left + i * share, left + (i + 1) * share) for i, c in enumerate(line) if not c.isspace()]
    words, start = [], 0
    for text in line.split():
        own = letters[start : start + len(text)]
        words.append(Word(text, float(own[0][1]), y0, float(own[-1][2]), y1))
        start += len(text)
    return words
