"""The child process that tries a yt-dlp out before it is used: `python -m consumer.youtube.selftest DENO`.

It imports it, builds the extractor with our options, and has a sample challenge solved in Deno, without a network.
It says `{"version": …, "solver": …}`; anything wrong ends it with another code than 0 and words on standard error.
"""

import json
import subprocess
import sys
from importlib.resources import files
from typing import Any, cast

import yt_dlp_ejs
from yt_dlp.version import __version__
from yt_dlp_ejs.yt import solver

from consumer.youtube.child import Listener, make_downloader

WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
CHALLENGES = {"n": ("abcdef", "n6fedcba"), "sig": ("abcdefghij", "gfedabc")}
"""What sample_player.js is asked, and what it answers."""
DENO_S = 30
ALONE = ("--ext=js", "--no-code-cache", "--no-prompt", "--no-remote", "--no-npm", "--cached-only", "--no-config")


def main() -> None:
    """All of it, and a line about it."""
    build(sys.argv[1])
    solve(sys.argv[1])
    print(json.dumps({"version": __version__, "solver": yt_dlp_ejs.version}))  # noqa: T201 - the line for the parent


def build(deno: str) -> None:
    """The extractor takes our options and knows a watch page when it sees one."""
    wanted = {"folder": ".", "max_video_s": 1, "deno": deno}
    with make_downloader(wanted, Listener()) as downloader:
        extractor = cast("Any", downloader).get_info_extractor("Youtube")
        if not extractor.suitable(WATCH):
            sys.exit("the extractor does not take a watch page")


def solve(deno: str) -> None:
    """The solver, in Deno, finds both functions of the sample player."""
    player = files("consumer.youtube").joinpath("sample_player.js").read_text()
    asked = [{"type": kind, "challenges": [challenge]} for kind, (challenge, _) in CHALLENGES.items()]
    data = json.dumps({"type": "player", "player": player, "requests": asked, "output_preprocessed": False})
    script = (
        f"{solver.lib()}\nObject.assign(globalThis, lib);\n{solver.core()}\nconsole.log(JSON.stringify(jsc({data})));"
    )
    command = [deno, "run", *ALONE, "-"]
    done = subprocess.run(command, input=script, text=True, capture_output=True, timeout=DENO_S, check=False)
    if done.returncode != 0:
        sys.exit(f"Deno ended with code {done.returncode}: {' '.join(done.stderr.split())[:300]}")
    answers = [answer.get("data") for answer in json.loads(done.stdout).get("responses", [])]
    if answers != [{challenge: answer} for challenge, answer in CHALLENGES.values()]:
        sys.exit(f"the solver does not solve the sample challenge: {done.stdout[:300]}")


if __name__ == "__main__":
    main()
