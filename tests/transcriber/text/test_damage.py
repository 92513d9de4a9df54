"""What of a file could not be read, in words."""

import pytest

from transcriber.text.damage import WHOLE, Damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (WHOLE, []),
        (Damage(2), []),
        (Damage(307), ["307 packets could not be decoded: the file is damaged, or changes its codec"]),
        (
            Damage(0, broke_off=True),
            ["nothing could be read after 12.3 s: the file is damaged, and its rest is not heard"],
        ),
    ],
    ids=["nothing", "a seam", "many packets", "the rest"],
)
def test_damage_is_said_in_words(damage: Damage, said: list[str]) -> None:
    assert damage.warnings(12.34) == said
