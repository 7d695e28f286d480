"""An example of a record of each further ledger table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linli.schemas.judging import Verdict
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.schemas.service import Confirmation, Judgement, Proof, Review, ServiceRecord
from linli.schemas.ways import MeasuredPlace, WayBetween, WaysRecord

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)

NODE_RECORD = NodeRecord(
    district="520624",
    version=1,
    round=1,
    at=NINE,
    details=NodeDetails(node="520624001001", parent="520624001", level="community", name="示例社区", places=("g-1",)),
)

WAYS_RECORD = WaysRecord(
    district="520624",
    version=1,
    round=12,
    at=NINE,
    place=MeasuredPlace(
        lat=27.938,
        lon=108.25,
        ways=(WayBetween(27.94, 108.26, seconds=300, metres=2_100, back_seconds=360, back_metres=2_300),),
    ),
)

JUDGEMENT = Judgement(stars=5, tags=("on-time",), by="resident", at=NINE, checked=True)

SERVICE_RECORD = ServiceRecord(
    district="520624",
    version=2,
    round=14,
    at=NINE + timedelta(hours=3),
    request_id="r-1",
    leg=0,
    category="haircut",
    community="520624001001",
    grid="520624001001-01",
    team="t-27",
    team_kind="volunteer",
    node="520624001001",
    members=("m-1", "m-2"),
    start=NINE,
    end=NINE + timedelta(minutes=40),
    minutes=40,
    credited_minutes=40,
    proof=Proof(ways=("grid_worker", "resident", "service_code"), proven=True),
    judgement=JUDGEMENT,
    anomalies=("overlap",),
    plausible_minutes=40,
    planned_minutes=45,
    started_at=NINE,
    reported_at=NINE + timedelta(minutes=41),
    code_ok=True,
    wrong_codes=1,
    judgements=(Judgement(stars=4, by="proxy", at=NINE), JUDGEMENT),
    confirmations=(Confirmation(by="grid-1", at=NINE, counts=True),),
    related=("r-2",),
    review=Review(verdict=Verdict.ACCEPTED, reason="两户相邻", by="office-1", at=NINE, anomalies=("overlap",)),
)
