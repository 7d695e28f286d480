"""The demo's sentences in English and Chinese."""

from __future__ import annotations

from linli.services.language import Language, Tongue

_SENTENCES: dict[str, tuple[str, str]] = {
    "synthetic": (
        "Everybody and every position in this demo is synthetic. Linli is independent of Sinan county "
        "and is not an emergency service.",
        "演示中的人员和位置均为虚构。邻里是独立软件，与思南县无隶属关系，也不是紧急救助服务。",
    ),
    "ground": ("starting a real Kafka and a real Valkey on this machine", "正在本机启动真实的 Kafka 和 Valkey"),
    "topics": ("making the topics", "正在建立主题"),
    "processes": (
        "starting intake, dispatcher, board, delivery and gateway",
        "正在启动受理、派单、看板、投递、网关进程",
    ),
    "teams": ("registering {count} teams, units and members", "正在登记 {count} 支队伍、单位与党员"),
    "day": (
        "the day begins: {count} records will come in within {minutes:g} minutes",
        "一天开始：{minutes:g} 分钟内将有 {count} 条记录",
    ),
    "closing": ("the day is over; waiting until everything sent has been decided", "一天结束，等待所有记录处理完毕"),
    "judging": (
        "judging the log: nothing lost, nothing doubled, no rule broken",
        "正在核查日志：无丢失、无重派、无违规",
    ),
    "reports": (
        "the next morning: holding every report, page and command, against the log",
        "次日早晨：将各报告（页面与命令行）逐格与日志核对",
    ),
    "replaying": (
        "deciding every round again from the log alone, byte for byte",
        "仅凭日志逐轮重算，并逐字节比对",
    ),
    "killed": (
        "the demo killed its own dispatcher (SIGKILL, pid {pid})",
        "演示强行杀死了派单进程（SIGKILL，进程号 {pid}）",
    ),
    "recovered": (
        "the dispatcher is back: first newly committed round {seconds:.1f} s after the kill",
        "派单进程已恢复：被杀后 {seconds:.1f} 秒提交了新的一轮",
    ),
    "process": ("{event}", "{event}"),
    "story_title": ("One request's whole story", "一张单子的全过程"),
    "unmet_title": ("One request that nobody could go to", "一张无人可派的单子"),
    "story_ordered": (
        "{time}  Ordered by a {requester}: {category}, for {beneficiary} ({id}).",
        "{time}  {requester}点单：{beneficiary}需要{category}（{id}）。",
    ),
    "story_promised": (
        "{time}  Promised: somebody comes between {start} and {end}.",
        "{time}  已排期：{start} 至 {end} 之间上门。",
    ),
    "story_offered": (
        "{time}  Asked {team}: {seconds} more on the plan; the next considered, {other}, would have cost {more}.",
        "{time}  询问{team}：计划增加 {seconds}；另有{other}需 {more}。",
    ),
    "story_offered_only": (
        "{time}  Asked {team}, the only team that could go.",
        "{time}  询问{team}：唯一可去的队伍。",
    ),
    "story_declined": (
        "{time}  {team} declined: {reason}. It is never asked again for this request.",
        "{time}  {team}婉拒：{reason}。此单不再询问该队。",
    ),
    "story_committed": ("{time}  {team} accepted; {count} members go.", "{time}  {team}接单，{count} 人前往。"),
    "story_under_way": ("{time}  The team is there.", "{time}  队伍已到达。"),
    "story_done": ("{time}  Done, {minutes} minutes.", "{time}  服务完成，{minutes} 分钟。"),
    "minutes": ("{minutes} min", "{minutes} 分钟"),
    "story_rated": ("{time}  Rated {stars} of 5.", "{time}  评价 {stars} 星。"),
    "story_other": ("{time}  {state}.", "{time}  {state}。"),
    "unmet_ordered": (
        "{category}, for {beneficiary} ({id}), {start} to {end}.",
        "{beneficiary}需要{category}（{id}），{start} 至 {end}。",
    ),
    "unmet_rules": ("Kept away by a rule: {rules}.", "受规则限制：{rules}。"),
    "unmet_lost": ("Teams that may go are taken by: {requests}.", "可去的队伍已有任务：{requests}。"),
    "unmet_change": ("The smallest change found: {change}.", "找到的最小改动：{change}。"),
    "unmet_no_change": ("No single change of those tried would serve it.", "所试单项改动均不能满足。"),
    "no_story": (
        "The story's request did not come through this time; see the table.",
        "本次故事单未走完全程，见下表。",
    ),
    "row.submitted": ("order records submitted", "提交的点单记录"),
    "row.registered": ("requests registered", "已受理"),
    "row.dead_letters": ("dead letters", "异常件"),
    "row.refused_by_reason": ("refused, by reason", "异常件原因"),
    "row.refused_at_the_door": ("refused at the gateway's door", "网关当场拒收"),
    "row.refused_at_the_door_by_code": ("refused at the door, by code", "当场拒收原因"),
    "row.answered_again": ("repeated under one key, answered again", "同一键重复提交"),
    "row.promised": ("promised a window", "已排期"),
    "row.offered": ("offers to teams", "派单邀约"),
    "row.committed": ("committed", "已接单"),
    "row.declined": ("offers declined", "婉拒"),
    "row.expired": ("offers expired", "超时未接"),
    "row.withdrawn": ("withdrawn after acceptance", "退单"),
    "row.done": ("done", "已完成"),
    "row.rated": ("rated", "已评价"),
    "row.unmet": ("unmet in the end", "暂无法安排"),
    "row.unmet_by_reason": ("unmet, by reason", "无法安排的原因"),
    "row.promises_broken_by_cause": ("promises broken, by cause", "未兑现的承诺及原因"),
    "row.referred": ("referred to an office", "转办"),
    "row.cancelled": ("cancelled", "取消"),
    "row.lost": ("lost", "丢失"),
    "row.double_assigned": ("given to two teams", "重复派单"),
    "row.told": ("told to team leads", "送达队长的通知"),
    "row.told_latency_ms": ("offer to the lead's telephone, ms", "派单到送达（毫秒）"),
    "row.gateway_requests": ("requests to the gateway", "网关请求数"),
    "row.gateway_latency_ms": ("request to the gateway's answer, ms", "网关应答（毫秒）"),
    "row.answered_by_link": ("offers answered by a one-tap link", "一键链接回复"),
    "row.reports_compared": ("rows of reports held against the log", "与日志核对的报告行数"),
    "row.guarantees_checked": ("guarantees checked", "核查项"),
    "row.guarantees_broken": ("guarantees broken", "被破坏的保证"),
    "row.promise_latency_ms": ("submission to promise, ms", "提交到排期（毫秒）"),
    "row.travel_minutes": ("travel of all visits, minutes", "路程（分钟）"),
    "row.visits_planned": ("visits with a team", "有队伍的上门"),
    "row.first_come_nearest": (
        "the same by first come, nearest team (there nobody declines)",
        "同日按先到先得、就近派单（假定无人婉拒）",
    ),
    "refused_at_the_door_by_code.link_expired": ("link expired", "链接已失效"),
    "refused_at_the_door_by_code.not_applied": ("not applied", "未执行"),
    "first_come_nearest.visits": ("visits", "上门"),
    "first_come_nearest.travel_minutes": ("travel minutes", "路程（分钟）"),
    "first_come_nearest.of": ("of", "总数"),
    "row.rounds": ("rounds committed", "提交轮次"),
    "row.rounds_polished": ("plans with time to look for better", "有余力求优的计划"),
    "row.rounds_proven": ("of these proven optimal", "其中证明最优的计划"),
    "row.rounds_decided_again": ("rounds decided again, byte for byte", "逐字节重算的轮次"),
    "row.broker": ("broker", "消息服务"),
    "row.redis": ("store", "看板存储"),
    "row.kills": ("own dispatcher killed", "强杀派单进程"),
    "row.recovered_s": ("kill to first new round, s", "恢复用时（秒）"),
    "row.seconds": ("until all was decided, s", "至全部处理完毕（秒）"),
    "morning": (
        "opening the pages on the next morning, with a clock as fast as a real one",
        "正在打开次日早晨的页面，时钟与真实时间同速",
    ),
    "serve_title": ("To look around (everything synthetic)", "请随意查看（数据均为虚构）"),
    "serve_sign_in": ("{who}: sign in at {address} with the token {token}", "{who}：在 {address} 用令牌登录：{token}"),
    "serve_desk": ("the desk", "派单台"),
    "serve_lead": ("the telephone of {team}'s lead, who is you from now on", "{team} 队长的手机，由您来回复"),
    "serve_director": ("the child director, with whom a case waits", "儿童主任，有一张单子等待处理"),
    "serve_offer": ("one offer, answered without signing in: {address}", "一个邀约，免登录回复：{address}"),
    "serve_resident": (
        "a resident's request: {address} with the number {case} and the code {code}",
        "居民查看自己的点单：{address}，编号 {case}，查询码 {code}",
    ),
    "serve_kept": (
        "Data, keys and logs: {folder}; they stay there afterwards.",
        "数据、密钥与日志：{folder}，结束后保留。",
    ),
    "serve_gone": (
        "Data, keys and logs: {folder}; removed at the end, unless you had said --state FOLDER.",
        "数据、密钥与日志：{folder}，结束时删除；如需保留，启动时请加 --state 文件夹。",
    ),
    "serve_ends": ("Ctrl-C ends it.", "按 Ctrl-C 结束。"),
    "serve_ended": ("ending", "正在结束"),
    "serve_again": ("It has ended. To open it again: {command}", "演示已结束。再次打开：{command}"),
    "next": (
        "Try next: linli demo --serve · linli demo --scenario cold-snap · linli up, then linli submit, watch, explain",
        "接下来可试：linli demo --serve · linli demo --scenario cold-snap · linli up，再用 submit、watch、explain",
    ),
    "held": ("every guarantee held ({checks} checks)", "所有保证均成立（{checks} 项核查）"),
    "broken": ("{count} guarantees BROKEN", "{count} 项保证被破坏"),
}


def said_of(key: str, tongue: Tongue) -> str | None:
    """Return a word, if the demo has one of its own."""
    found = _SENTENCES.get(key)
    return None if found is None else found[1 if tongue == "zh" else 0]


def say(key: str, language: Language, **values: object) -> str:
    """Return a sentence.

    Raises
    ------
    KeyError
        If there is no such sentence, or a value for it is missing.
    """
    english, chinese = _SENTENCES[key]
    return (chinese if language.resolved() is Language.CHINESE else english).format(**values)
