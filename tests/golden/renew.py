"""Write what is committed from what the models say today. Run it after a wanted change: see the usage below.

    python tests/golden/renew.py            the JSON Schemas under schemas/json, and examples of events that are new
    python tests/golden/renew.py --freeze   before the first release only: old examples and first schemas as well

After the first release neither an old example nor the first schemas may change: they stand for records that lie in
somebody's topics.
"""

import json
import sys
from pathlib import Path

from linli.schemas.json_schemas import as_text, json_schemas

GOLDEN = Path(__file__).parent
ROOT = GOLDEN.parent.parent
EVENTS, FIRST, SCHEMAS = GOLDEN / "events", GOLDEN / "schemas-v1", ROOT / "schemas" / "json"


def write_schemas(folder: Path) -> None:
    """Write every JSON Schema into a folder and remove those that are none any more."""
    folder.mkdir(parents=True, exist_ok=True)
    made = json_schemas()
    for name, schema in made.items():
        (folder / f"{name}.json").write_text(as_text(schema), encoding="utf-8")
    for path in folder.glob("*.json"):
        if path.stem not in made:
            path.unlink()


def write_events(*, anew: bool) -> None:
    """Write an example of every event that has none yet, or of all anew."""
    from tests.support.examples import examples

    EVENTS.mkdir(parents=True, exist_ok=True)
    for name, (event_type, model) in examples().items():
        path = EVENTS / f"{name}.json"
        if anew or not path.exists():
            event = {"type": event_type, "data": json.loads(model.model_dump_json())}
            path.write_text(json.dumps(event, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    freeze = "--freeze" in sys.argv[1:]
    write_schemas(SCHEMAS)
    write_events(anew=freeze)
    if freeze:
        write_schemas(FIRST)
