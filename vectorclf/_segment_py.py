# ruff: noqa: SIM905 (word lists read best as one string)
"""How a text falls into passages and sentences: the rules, in plain Python.

Slow and readable twin of the kernel in `vectorclf._segment`, which must give the same
spans on any text (`tests/test_passages.py`). Read this one.

1. Lines. A text breaks into lines; blank lines part blocks of lines.
2. Paragraphs. In saved web pages every line is a paragraph. In hard-wrapped text lines
   are joined again: a line was wrapped if the first word of the next would not have
   fitted into the block's width.
3. Sentences. A paragraph ends a sentence at . ! ? or an ellipsis with its closing quotes,
   if space and no small letter follow and no abbreviation stands before; at a CJK full
   stop always; where a web page glued two sentences ("said.The") or a known phrase of
   its furniture ("Related StoriesThe").
4. Passages. Short paragraphs (headings, bylines) go with what follows; a run of many
   (menus) and what trails at the end stand alone; long ones are split at sentences.
"""

from __future__ import annotations

from itertools import pairwise

MAX_CHARS = 1200
"""A passage longer than this is split at sentences, a sentence at a space."""
SHORT_CHARS = 80
"""A paragraph shorter than this is joined to what follows."""
MENU_LINES = 4
"""So many short paragraphs in a row are a menu, and stand alone."""
LONG_SENTENCE, MIN_PIECE = 400, 100
"""A sentence longer than the first is split at "; ", into pieces no shorter than the second."""
MIN_WIDTH, MAX_WIDTH = 40, 120
"""Characters a line of hard-wrapped text may have."""

BREAKS = "\n\r\v\f\x85\u2028\u2029"
STOPS = ".!?…"
CJK_STOPS = "。！？｡"
CLOSERS = "\"')]}”’»›」』）】》〉"
OPENERS = "\"'([{“‘«‹「『（【《〈"
# An abbreviation that never ends a sentence.
TITLES = (
    "Mr Mrs Ms Dr Gen Col Lt Sgt Maj Capt Cmdr Cdr Adm Prof Sen Rep Gov Pres Rev Hon Fr St Cpl "
    "Pvt Brig Supt Insp Det Amb Msgr Messrs Mme Mlle Ald Sec vs viz e.g i.e cf approx Mt Ft ca"
).split()
# One that stands before a number, and is a word otherwise.
NUMBERED = "No Nos no nos Art Vol vol pp p Ch para Fig fig".split()
# One that ends a sentence only if a usual first word of a sentence follows.
MAYBE = (
    "Inc Co Corp Ltd Bros Jr Sr etc al Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Ave Blvd "
    "Rd Ph.D Calif Mass Fla Pa Va Md Conn Ariz Ill Mich Minn Tex Wash Wis Ore Ga Tenn Sec Dept"
).split()
STARTERS = (
    "The He She It They We I You In On At But And A An This That These Those His Her Its Their "
    "There When While After Before As If However For From With By To What Who Why How Not No Yes "
    "Since Although So Now Then One Some Many Both Under Last Its Our My Your Police Another "
    "According Despite Even Also Still Later During Because Instead Between Until Here Yet Such"
).split()
STARTERS = [word for word in STARTERS if len(word) <= 8]
GLUED = (
    "Related Stories",
    "Related Story",
    "Related Articles",
    "Related News",
    "Related Topics",
    "Related",
    "Read More",
    "Read more",
    "Most Popular",
    "Most Read",
    "Recommended Stories",
    "Continue Reading",
    "Continue reading",
    "Story continues below",
    "Advertisement",
    "Share this article",
    "Sign up here",
)

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = frozenset(_LETTERS + _LETTERS.upper() + "0123456789")


def segment(text):
    """Passages of a text as ``[(start, end, [(start, end), ...]), ...]`` in characters."""
    passages = []
    run = []  # short paragraphs that wait for what follows: (chars, sentences)
    for start, end, chars in _paragraphs(text):
        sentences = _sentences(text, start, end)
        is_short = chars < SHORT_CHARS
        too_long = sum(c for c, _ in run) + chars > MAX_CHARS
        if run and (too_long or (not is_short and len(run) >= MENU_LINES)):
            passages.append(_joined(run))
            run = []
        run.append((chars, sentences))
        if is_short:
            continue
        if chars <= MAX_CHARS:
            passages.append(_joined(run))
        else:
            passages.extend(_split(chars, sentences))
        run = []
    if run:
        passages.append(_joined(run))
    return [(sentences[0][0], sentences[-1][1], sentences) for sentences in passages]


def _joined(run):
    return [sentence for _, sentences in run for sentence in sentences]


def _split(chars, sentences):
    """Groups of sentences of about equal length, none over MAX_CHARS."""
    n_parts = -(-chars // MAX_CHARS)
    target = -(-chars // n_parts)
    parts, length = [[]], 0
    for start, end in sentences:
        longer = end - start if length == 0 else length + 1 + end - start
        if parts[-1] and (length >= target or longer > MAX_CHARS):
            parts.append([])
            longer = end - start
        parts[-1].append((start, end))
        length = longer
    return parts


def _lines(text):
    """(start, end, is indented, blank line before) of every line that is not blank."""
    lines, begin, blank = [], 0, True
    i = 0
    while i <= len(text):
        if i < len(text) and text[i] not in BREAKS:
            i += 1
            continue
        start, end = _trim(text, begin, i)
        if start < end:
            lines.append((start, end, start > begin, blank))
            blank = False
        elif i > begin or begin == 0 or text[begin - 1 : begin + 1] != "\r\n":
            blank = True
        i += 1
        begin = i
    return lines


def _paragraphs(text):
    """(start, end, chars) of every paragraph."""
    lines = _lines(text)
    starts = [k for k, line in enumerate(lines) if line[3]] + [len(lines)]
    for first, stop in pairwise(starts):
        block = lines[first:stop]
        full = _full_lines(text, block)
        begin, _, was_indented, _ = block[0]
        last, chars = begin, -1
        for k, (start, end, is_indented, _) in enumerate(block):
            if k and not (full[k - 1] and not (is_indented and not was_indented)):
                yield begin, last, chars
                begin, chars = start, -1
            chars += end - start + 1
            last, was_indented = end, is_indented
        yield begin, last, chars


def _full_lines(text, block):
    """Whether each line was broken because the next word did not fit."""
    nowhere = [False] * len(block)
    lengths = [end - start for start, end, _, _ in block]
    width = max((n for n in lengths if n <= MAX_WIDTH), default=0)
    if len(block) == 1 or width < MIN_WIDTH:
        return nowhere
    full = []
    for k in range(len(block) - 1):
        start, end = block[k + 1][:2]
        word = text[start:end].split(maxsplit=1)[0]
        fits_not = lengths[k] + 1 + len(word) > width
        full.append(fits_not and lengths[k] <= MAX_WIDTH and lengths[k + 1] <= MAX_WIDTH)
    if len(block) == 2:
        wrapped = full[0] and _is_lower(text[block[1][0]])
    else:
        wrapped = 3 * sum(full) >= 2 * len(full)
    return [*full, False] if wrapped else nowhere


def _sentences(text, start, end):
    sentences = []
    i = start
    while i < end:
        c = text[i]
        if "A" <= c <= "Z" and i > start and text[i - 1] in _LETTERS:
            phrase = _glued_phrase(text, start, i, end)
            if phrase is not None:
                sentences += _pieces(text, start, phrase) + _pieces(text, phrase, i)
                start = i
            i += 1
        elif c in STOPS or c in CJK_STOPS:
            stop, i = _sentence_end(text, start, i, end)
            if stop is not None:
                sentences += _pieces(text, start, stop)
                start = i = _after_spaces(text, stop, end)
        else:
            i += 1
    return sentences + _pieces(text, start, end)


def _glued_phrase(text, start, i, end):
    if i + 1 < end and text[i + 1] in _LETTERS:
        for phrase in GLUED:
            if i - len(phrase) >= start and text[i - len(phrase) : i] == phrase:
                return i - len(phrase)
    return None


def _sentence_end(text, start, stop, end):
    """(where the sentence ends, or None; where to look on)."""
    i = stop
    while i < end and text[i] in STOPS + CJK_STOPS:
        i += 1
    marks = text[stop:i]
    while i < end and text[i] in CLOSERS:
        i += 1
    if i == end or any(mark in CJK_STOPS for mark in marks):
        return i, i
    following = _after_spaces(text, i, end)
    if following == i and not _is_glued(text, start, stop, i, end):
        return None, i
    first = following
    while first < end and text[first] in OPENERS:
        first += 1
    if first < end and _is_lower(text[first]):
        return None, i
    if text[stop:i] == "." and _is_abbreviation(text, start, stop, following, end):
        return None, i
    return i, i


def _is_glued(text, start, stop, following, end):
    """Two small letters before the stop, a capitalised word right behind it."""
    return (
        stop - 2 >= start
        and text[stop - 1] in _LETTERS
        and text[stop - 2] in _LETTERS
        and following + 1 < end
        and "A" <= text[following] <= "Z"
        and text[following + 1] in _LETTERS + " "
    )


def _is_abbreviation(text, start, dot, following, end):
    first = dot
    while first > start and (text[first - 1] in _WORD or text[first - 1] == "."):
        first -= 1
    word = text[first:dot]
    if not word or len(word) > 8:
        return False
    if word in TITLES:
        return True
    if word.isdigit():
        return first == start  # the number of a list item
    if word in NUMBERED:
        return following < end and text[following] in "0123456789"
    is_initial = len(word) == 1 and "A" <= word <= "Z"
    parts = word.split(".")
    is_dotted = len(parts) > 1 and all(len(p) == 1 and not p.isdigit() for p in parts)
    if is_initial or is_dotted or word in MAYBE:
        stop = following
        while stop < end and text[stop] in _WORD:
            stop += 1
        if stop < end and text[stop] == ".":
            return True
        return text[following:stop] not in STARTERS
    return False


def _pieces(text, start, end):
    """The sentence, in pieces if it is very long."""
    start, end = _trim(text, start, end)
    if start == end:
        return []
    if end - start <= LONG_SENTENCE:
        return [(start, end)]
    pieces = []
    i, cut = start, start  # cut: after the last space of the piece
    while i < end:
        c = text[i]
        if not c.isspace() and i - start >= MAX_CHARS:
            cut = cut if cut > start else i
            pieces.append(_trim(text, start, cut))
            start = cut
        i += 1
        if c.isspace():
            cut = i
        if c == ";" and i - start >= MIN_PIECE and i < end and text[i].isspace():
            pieces.append((start, i))
            start = cut = i = _after_spaces(text, i, end)
    if start < end:
        pieces.append((start, end))
    return pieces


def _is_lower(c):
    """Small letters of Latin-1, Greek and Cyrillic; others begin a sentence like capitals."""
    return "a" <= c <= "z" or ("ß" <= c <= "ÿ" and c != "÷") or "ά" <= c <= "ώ" or "а" <= c <= "џ"


def _after_spaces(text, i, end):
    while i < end and text[i].isspace():
        i += 1
    return i


def _trim(text, start, end):
    start = _after_spaces(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
