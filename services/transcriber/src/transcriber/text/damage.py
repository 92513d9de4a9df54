"""What of a file could not be read, in words."""

from dataclasses import dataclass

MANY_PACKETS = 20  # about half a second: fewer are what a file that was cut or joined has at its seams


@dataclass(frozen=True)
class Damage:
    """`skipped_packets` could not be decoded; `broke_off`: nothing could be read after the last that was."""

    skipped_packets: int = 0
    broke_off: bool = False

    def warnings(self, duration_s: float) -> list[str]:
        """For the answer, given the seconds that could be read."""
        found: list[str] = []
        if self.skipped_packets >= MANY_PACKETS:
            found.append(
                f"{self.skipped_packets} packets could not be decoded: the file is damaged, or changes its codec"
            )
        if self.broke_off:
            found.append(
                f"nothing could be read after {duration_s:.1f} s: the file is damaged, and its rest is not heard"
            )
        return found


WHOLE = Damage()
"""Of a file with nothing wrong."""
