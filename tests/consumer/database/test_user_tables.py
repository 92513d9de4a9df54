"""Somebody else's table of videos is told what becomes of them, in its own words and types, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables, quote
from consumer.database.videos import Claim, Unclaimed, Videos
from consumer.errors import ConfigError, EnvironmentFault, LeaseLost, RowRefused
from consumer.models import Job, Outcome, Status
from consumer.settings import read_settings
from tests.support.consumer.harness import DONE
from tests.support.consumer.user_tables import DJANGO, PRISMA, RAILS, SQLALCHEMY, USER_TABLES, UserTable

URL = "https://youtu.be/abcdefghijk"
FAILED = Outcome("failed", Status.FAILED, "gone", "it is private " * 20)
NAMED = pytest.mark.parametrize("user", USER_TABLES, ids=lambda user: user.tool)


async def made(pool: Pool, user: UserTable, *, with_row: bool = True) -> Videos:
    await pool.execute("DROP SCHEMA IF EXISTS app CASCADE")
    await pool.execute(user.make)
    if with_row:
        await pool.execute(user.add_row)
    await migrate(pool, find_migrations(None), user.tables)
    return Videos(pool, user.tables)


async def claimed(videos: Videos, video_id: str, message: str = "m1") -> Claim:
    claim = await videos.claim(Job(video_id, "abcdefghijk"), "w1", 30, message)
    assert isinstance(claim, Claim)
    return claim


async def theirs(pool: Pool, user: UserTable) -> dict[str, Any]:
    row = await pool.fetchrow(f"SELECT * FROM {quote(user.tables.video)}")  # noqa: S608 - a quoted name
    assert row is not None
    return dict(row)


@NAMED
async def test_a_table_takes_every_status_in_its_own_words(pool: Pool, user: UserTable) -> None:
    videos = await made(pool, user)
    await videos.ping()
    before = await theirs(pool, user)
    assert await videos.find(user.row_id) == (user.row_id, URL)
    claim = await claimed(videos, user.row_id)
    column = user.tables.written["status"]
    for status in (Status.DOWNLOADING, Status.TRANSCRIBING, Status.GENERATING):
        await videos.progress(claim, status, 0.5)
        assert str((await theirs(pool, user))[column]) == user.tables.word(status)
    await videos.complete(claim, DONE)
    after = await theirs(pool, user)
    assert str(after[column]) == user.tables.word(Status.COMPLETED)
    told = set(user.tables.written.values())
    assert {name: before[name] for name in before if name not in told} == {
        name: after[name] for name in after if name not in told
    }


@NAMED
async def test_an_address_stays_as_its_owner_wrote_it(pool: Pool, user: UserTable) -> None:
    videos = await made(pool, user)
    await videos.complete(await claimed(videos, user.row_id), DONE)
    assert (await theirs(pool, user))[user.tables.written["youtube_url"]] == URL


@NAMED
async def test_a_table_without_a_row_is_proved_by_a_copy_of_it(pool: Pool, user: UserTable) -> None:
    videos = await made(pool, user, with_row=False)
    await videos.ping()
    column = user.tables.written["status"]
    await pool.execute(f"ALTER TABLE {quote(user.tables.video)} ADD CONSTRAINT narrow CHECK (\"{column}\"::text < 'a')")
    if user.tool in ("Django", "SQLAlchemy"):
        with pytest.raises(EnvironmentFault, match="narrow"):
            await videos.ping()
    assert await pool.fetchval(f"SELECT count(*) FROM {quote(user.tables.video)}") == 0  # noqa: S608 - likewise


@NAMED
async def test_the_proof_leaves_no_trace(pool: Pool, user: UserTable) -> None:
    videos = await made(pool, user)
    before = await theirs(pool, user)
    await videos.ping()
    assert await theirs(pool, user) == before
    assert await pool.fetchval("SELECT count(*) FROM lectern.video_state") == 0


@pytest.mark.parametrize(
    ("user", "statuses", "words"),
    [
        (
            DJANGO,
            None,
            r"its column status, character varying\(10\), does not take queued generating completed .*VIDEO_STATUSES",
        ),
        (
            DJANGO,
            {"transcribing": "writing down"},
            r"does not take downloading writing down .*too long for type character varying\(10\)",
        ),
        (PRISMA, None, r'status, "VideoStatus", does not take .*it has PENDING PROCESSING DONE ERROR; say its words'),
        (RAILS, None, r"its column status, integer, does not take .*invalid input syntax for type integer: it"),
        (SQLALCHEMY, {"failed": "broken"}, r"does not take broken .*violates check constraint \"video_state\""),
    ],
    ids=["a CHECK", "a length", "an enum", "a number", "a CHECK of SQLAlchemy's"],
)
async def test_the_proof_names_the_column_and_what_it_refuses(
    pool: Pool, user: UserTable, statuses: dict[str, str] | None, words: str
) -> None:
    await made(pool, user)
    wrong = Videos(pool, replace(user.tables, statuses=statuses))
    with pytest.raises(EnvironmentFault, match=words):
        await wrong.ping()


async def test_a_column_of_a_kind_that_cannot_hold_it_is_named(pool: Pool) -> None:
    await made(pool, SQLALCHEMY)
    columns = {**SQLALCHEMY.tables.written, "audio_key": "percent"}
    del columns["progress"]
    with pytest.raises(EnvironmentFault, match=r"its column percent, numeric\(5,2\), does not take audio_key"):
        await Videos(pool, replace(SQLALCHEMY.tables, columns=columns)).ping()


async def test_a_trigger_s_and_a_late_foreign_key_s_refusal_is_found(pool: Pool) -> None:
    videos = await made(pool, RAILS)
    await pool.execute("CREATE TABLE states (id integer PRIMARY KEY); INSERT INTO states VALUES (0), (1), (2)")
    await pool.execute(
        "ALTER TABLE videos ADD CONSTRAINT known FOREIGN KEY (status) REFERENCES states DEFERRABLE INITIALLY DEFERRED"
    )
    with pytest.raises(EnvironmentFault, match=r"does not take 3 .*foreign key constraint \"known\""):
        await videos.ping()


async def test_a_wrong_name_of_a_column_or_table_is_answered_by_the_right_ones(pool: Pool) -> None:
    await made(pool, PRISMA)
    with pytest.raises(
        EnvironmentFault, match=r'relation "video" does not exist \(there is public\.Video, and capitals'
    ):
        await Videos(pool, replace(PRISMA.tables, video="video")).ping()
    with pytest.raises(EnvironmentFault, match=r"has no column state .*; it has id youtubeUrl title status"):
        await Videos(pool, replace(PRISMA.tables, columns={"status": "state"})).ping()


async def test_long_words_are_cut_to_the_column_and_an_error_that_is_over_goes(pool: Pool) -> None:
    videos = await made(pool, DJANGO)
    await videos.give_up(await claimed(videos, "1"), FAILED)
    row = await theirs(pool, DJANGO)
    assert (row["status"], row["error"]) == ("error", FAILED.words[:60] if FAILED.words else "")
    await videos.complete(await claimed(videos, "1", "m2"), DONE)
    assert (await theirs(pool, DJANGO))["error"] == ""


async def test_the_keys_go_into_a_column_of_json(pool: Pool) -> None:
    videos = await made(pool, DJANGO)
    claim = await claimed(videos, "1")
    assert (await theirs(pool, DJANGO))["assets"] is None
    await videos.complete(claim, DONE)
    assert '"audio": "videos/v1/1/audio.mp3"' in (await theirs(pool, DJANGO))["assets"]


async def test_one_row_has_one_state_however_its_id_is_written(pool: Pool) -> None:
    videos = await made(pool, SQLALCHEMY)
    written = SQLALCHEMY.row_id.upper().replace("-", "")
    assert await videos.find(written) == (SQLALCHEMY.row_id, URL)
    assert (await claimed(videos, written)).video_id == SQLALCHEMY.row_id
    assert isinstance(await videos.claim(Job(SQLALCHEMY.row_id, "abcdefghijk"), "w2", 30, "m2"), Unclaimed)
    assert ((await videos.row(written)) or {})["lease_owner"] == "w1"


@pytest.mark.parametrize("video_id", ["99", "no-number"])
async def test_a_row_that_only_a_message_names_is_not_made(pool: Pool, video_id: str) -> None:
    videos = await made(pool, RAILS)
    with pytest.raises(RowRefused):
        await videos.claim(Job(video_id, "abcdefghijk"), "w1", 30, "m1")
    assert await pool.fetchval("SELECT count(*) FROM videos") == 1


async def test_a_finished_row_that_waits_again_is_done_anew_and_no_other(pool: Pool) -> None:
    videos = await made(pool, RAILS)
    await videos.complete(await claimed(videos, "1"), DONE)
    assert await videos.claim(Job("1", "abcdefghijk"), "w1", 30, "m2") == Unclaimed("completed", 0)
    await pool.execute("UPDATE videos SET status = 0")
    assert (await claimed(videos, "1", "m3")).attempts == 1


async def test_a_row_whose_owner_deletes_it_stays_deleted_and_its_work_stops(pool: Pool) -> None:
    videos = await made(pool, PRISMA)
    claim = await claimed(videos, PRISMA.row_id)
    await pool.execute('DELETE FROM "Video"')
    for _ in range(2):
        with pytest.raises(LeaseLost):
            await videos.progress(claim, Status.TRANSCRIBING, 0.5)
    assert await videos.claim(Job(PRISMA.row_id, "abcdefghijk"), "w1", 30, "m1") == Unclaimed("rejected", 0)
    (attempt,) = await videos.attempts(PRISMA.row_id)
    assert (attempt["outcome"], attempt["error_code"]) == ("rejected", "row_deleted")
    assert await pool.fetchval('SELECT count(*) FROM "Video"') == 0


def test_settings_that_name_nothing_are_refused() -> None:
    with pytest.raises(ConfigError, match="VIDEO_COLUMNS: there is no 'state'; there are youtube_url title"):
        Tables("lesson", columns={"state": "status"})
    with pytest.raises(ConfigError, match="VIDEO_STATUSES: there is no 'done'; there are queued downloading"):
        Tables("lesson", columns={"status": "state"}, statuses={"done": "DONE"})
    with pytest.raises(ConfigError, match="are for a table of yours: name its VIDEO_COLUMNS too"):
        Tables("lesson", id_column="uuid")
    with pytest.raises(ConfigError, match=r"LECTERN_SCHEMA='a\.b' should be a schema's name"):
        Tables(schema="a.b")


def test_the_settings_are_pairs(clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("DB_HOST", "db")
    clean_environment.setenv("DB_USER", "me")
    clean_environment.setenv("DB_PASSWORD", "secret")
    clean_environment.setenv("VIDEO_TABLE", "app.Video")
    clean_environment.setenv("VIDEO_COLUMNS", "status=state, audio_key=audioKey,")
    clean_environment.setenv("VIDEO_STATUSES", "queued=NEW,scheduled=NEW")
    tables = read_settings(DatabaseSettings).tables
    assert tables.columns == {"status": "state", "audio_key": "audioKey"}
    assert (tables.word(Status.SCHEDULED), tables.word(Status.FAILED)) == ("NEW", "failed")
    clean_environment.setenv("VIDEO_STATUSES", "queued")
    with pytest.raises(ConfigError, match=r"VIDEO_STATUSES='queued': .*'queued' should be a pair: ours=theirs"):
        read_settings(DatabaseSettings)
