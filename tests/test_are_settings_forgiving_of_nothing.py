"""Are wrong settings refused: each with one sentence that names the variable and says what to do."""

from pathlib import Path

import pytest

from linli.services.settings import Settings, SettingsError, load_settings, variable


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_is_nothing_needed() -> None:
    """Tests that an empty environment gives the demo's county on a ground of our own, with a person's last word."""
    settings = load_settings()
    assert (settings.kafka_address, settings.redis, settings.districts) == (None, None, ("520624",))
    assert settings.mode == "confirm"
    assert settings.master_key_file == settings.state / "master.key"


def test_is_an_unknown_name_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a misspelt variable is refused with the nearest name there is."""
    monkeypatch.setenv("LINLI_PARTITION", "3")
    with pytest.raises(SettingsError, match=r"no setting LINLI_PARTITION\. Did you mean LINLI_PARTITIONS\?"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("partitions", "0", "LINLI_PARTITIONS cannot be used"),
        ("districts", "520624,贵州", "'贵州' is not a county code"),
        ("districts", "", "LINLI_DISTRICTS cannot be used"),
        ("redis", "http://localhost", "must begin with redis://"),
        ("mode", "maybe", "'suggest', 'confirm' or 'auto'"),
        ("clock_origin", "2026-01-01", "LINLI_CLOCK_ORIGIN cannot be used"),
        ("kafka_security_protocol", "SASL_SSL", "LINLI_KAFKA_SASL_USERNAME"),
        ("kafka_sasl_password", "secret-word", "would not be used"),
        ("kafka_security_protocol", "SSL", "for a Kafka of your own"),
        ("delivery_day_list", "6pm", "'6pm' is no time like 18:00"),
        ("delivery_day_list", "24:00", "'24:00' is no time like 18:00"),
        ("kafka_ca_file", "/nowhere/authority.pem", "no PEM file with certificates"),
        ("kafka_ca_file", __file__, "no PEM file with certificates"),
    ],
)
def test_is_a_wrong_value_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    """Tests that a wrong value gives exactly one line, which says what to do and never repeats a password."""
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsError, match=sentence) as refusal:
        load_settings()
    assert "\n" not in str(refusal.value)
    assert "secret-word" not in str(refusal.value)


def test_do_children_load_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the variables made for a child process give it the same settings, secrets included."""
    chosen = load_settings(
        kafka="broker:9093",
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_username="desk",
        kafka_sasl_password="secret-word",  # noqa: S106 - not a secret
        districts=("520624", "520625"),
        clock_rate=60.0,
        clock_origin="2026-11-23T08:00:00+08:00",
        state=Path("邻里"),
        delivery_day_list="",
    )
    for name, text in chosen.environment().items():
        monkeypatch.setenv(name, text)
    assert load_settings() == chosen


def test_is_a_password_never_shown() -> None:
    """Tests that no password is in what Python prints of the settings or of the address made from them."""
    settings = load_settings(
        kafka="broker:9093",
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_username="desk",
        kafka_sasl_password="secret-word",  # noqa: S106 - not a secret
        redis="redis://:secret-word@store",
    )
    assert "secret-word" not in f"{settings!r} {settings} {settings.kafka_address!r}"
    assert settings.kafka_address is not None
    assert settings.kafka_address.sasl_password == "secret-word"  # noqa: S105 - not a secret


def test_does_every_setting_say_why() -> None:
    """Tests that every setting has a title and a description."""
    silent = [name for name, field in Settings.model_fields.items() if not field.title or not field.description]
    assert silent == []
