"""Does a door code hold: the same for those with the master key, another for every visit, told to nobody?"""

from linli.streams.sealed.door_codes import door_code, is_door_code
from linli.streams.sealed.keyring import Keyring

KEYRING = Keyring(bytes(range(32)))
OTHER = Keyring(bytes(range(1, 33)))
VISITS = [f"r-{number}.0.1" for number in range(2_000)]


def test_it_is_four_digits_and_the_same_in_every_process() -> None:
    codes = [door_code(visit, KEYRING) for visit in VISITS]
    assert codes == [door_code(visit, Keyring(bytes(range(32)))) for visit in VISITS]
    assert all(len(code) == 4 and code.isascii() and code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_another_visit_and_another_master_key_have_another_code() -> None:
    codes = [door_code(visit, KEYRING) for visit in VISITS]
    # 2,000 draws out of 10,000 hit some 1,813 different ones; a code that forgot half of its input would not.
    assert len(set(codes)) > 1_700
    assert sum(one == door_code(visit, OTHER) for one, visit in zip(codes, VISITS, strict=True)) < 10


def test_only_the_very_code_opens() -> None:
    code = door_code("r-1.0.1", KEYRING)
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    assert is_door_code(code, "r-1.0.1", KEYRING)
    assert is_door_code(f" {code} ", "r-1.0.1", KEYRING)
    assert not any(is_door_code(said, "r-1.0.1", KEYRING) for said in ("", wrong, code[:3], code + "0", "一二三四"))
    assert not is_door_code(code, "r-1.0.2", KEYRING)
