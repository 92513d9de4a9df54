"""What the site's pages say: the watch page, and the player's answer with the formats of a video."""

import json
from typing import Any
from urllib.parse import urlencode

from infra.sandbox.standins.youtube.media import Media
from infra.sandbox.standins.youtube.player import PLAYER_PATH, solved_n, solved_signature
from infra.sandbox.standins.youtube.videos import Track, Video

CHANNEL = "Lectern's sample lectures"
SCRAMBLED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
N = "kJ8sP2qLw7"
CLIENT = {"clientName": "WEB", "clientVersion": "2.20261101.00.00", "hl": "en"}
MEDIA_HOST = "https://rr1---sn-lectern.googlevideo.com"
MANIFEST = "/api/manifest/dash"
STORYBOARD = "https://i.ytimg.com/sb/x/storyboard3_L$L/$N.jpg|48#27#100#10#10#0#default#rs$sigh"


def watch_page() -> bytes:
    """Enough of /watch (and /embed) for the extractor: the client's context and the player's address."""
    context = {"INNERTUBE_CONTEXT": {"client": CLIENT}, "PLAYER_JS_URL": PLAYER_PATH, "INNERTUBE_API_KEY": "none"}
    script = f"ytcfg.set({json.dumps(context)});var ytInitialData = {{}};"
    return f"<html><script>{script}</script></html>".encode()


def player_answer(youtube_id: str, video: Video, media: Media) -> dict[str, Any]:
    """What /youtubei/v1/player says about a video."""
    playability = {"status": video.status, **({"reason": video.reason} if video.reason else {})}
    seconds = round(media.duration_s) if video.claimed_s is None else video.claimed_s
    details = {
        "videoId": youtube_id,
        "title": video.title,
        "author": CHANNEL,
        "channelId": "UClecternlecternlecternl",
        "isLive": video.live == "now",
        "isLiveContent": video.live != "no",
        "isPostLiveDvr": video.live == "just_over",
        "shortDescription": "",
        "viewCount": "1",
        **({"lengthSeconds": str(seconds)} if seconds else {}),
    }
    answer: dict[str, Any] = {"playabilityStatus": playability, "videoDetails": details}
    if not video.reason:
        answer["streamingData"] = {"expiresInSeconds": "21540", **_streams(youtube_id, video, media)}
    if video.storyboard:
        answer["storyboards"] = {"playerStoryboardSpecRenderer": {"spec": STORYBOARD}}
    return answer


def _streams(youtube_id: str, video: Video, media: Media) -> dict[str, Any]:
    if video.delivery == "fragments":
        return {"dashManifestUrl": f"https://manifest.googlevideo.com{MANIFEST}/id/{youtube_id}/n/{N}/file.mpd"}
    tracks = video.tracks or (None,)
    return {"adaptiveFormats": [_format(youtube_id, video, track, media) for track in tracks]}


def _format(youtube_id: str, video: Video, track: Track | None, media: Media) -> dict[str, Any]:
    asked = {"id": youtube_id, "n": N, **({"lang": track.language} if track else {})}
    url = f"{MEDIA_HOST}/videoplayback?{urlencode(asked)}"
    about: dict[str, Any] = {
        "itag": 140,
        "mimeType": 'audio/mp4; codecs="mp4a.40.2"',
        "bitrate": track.bitrate if track else 64_000,
        "contentLength": str(len(media.whole)),
        "approxDurationMs": str(round(media.duration_s * 1000)),
        "audioSampleRate": "44100",
        "audioChannels": 1,
        "audioQuality": "AUDIO_QUALITY_MEDIUM",
    }
    if video.delivery == "file":
        about["signatureCipher"] = urlencode({"s": SCRAMBLED, "sp": "sig", "url": url})
    if track:
        shown = {"id": f"{track.language}.4", "displayName": track.name, "audioIsDefault": track.is_default}
        about["audioTrack"] = shown
    return about


def manifest(youtube_id: str, media: Media) -> bytes:
    """The DASH manifest: every fragment an address of its own, as YouTube's are."""
    base = f"{MEDIA_HOST}/videoplayback/id/{youtube_id}/itag/140/"
    pieces = "".join(f'<SegmentURL media="sq/{number}"/>' for number in range(1, len(media.fragments)))
    fragments = f'<SegmentList><Initialization sourceURL="sq/0"/>{pieces}</SegmentList>'
    sound = 'id="140" codecs="mp4a.40.2" audioSamplingRate="44100" bandwidth="96000"'
    representation = f"<Representation {sound}><BaseURL>{base}</BaseURL>{fragments}</Representation>"
    period = f'<Period><AdaptationSet mimeType="audio/mp4">{representation}</AdaptationSet></Period>'
    length = f'type="static" mediaPresentationDuration="PT{media.duration_s:.3f}S"'
    return f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" {length}>{period}</MPD>'.encode()


def may_play(query: dict[str, list[str]]) -> bool:
    """Whether a media address carries what the player's script makes of `n` and `sig`."""
    return query.get("n") == [solved_n(N)] and query.get("sig") == [solved_signature(SCRAMBLED)]


def may_list(path: str) -> bool:
    """Whether a manifest's address carries what the player's script makes of `n`."""
    return f"/n/{solved_n(N)}/" in path
