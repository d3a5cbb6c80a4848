"""Examples of each command, shown by its help; a test parses every one."""

from __future__ import annotations

from typing import Final

from consent.locale.message import Lang, Message, in_language

__all__ = ["EXAMPLES", "examples"]

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "init": (
        'consent init romashka --origin romashka.example/consent --inn 7707083893 --name "ООО '
        'Ромашка"',
    ),
    "give": (
        "consent give romashka +79161234567 --purpose advertising --channel voice,sms "
        "--method sms_code --code sent,returned --wording text.txt",
        "consent give romashka +79161234567 --purpose advertising --channel voice --method paper "
        "--document form.pdf --zone Europe/Moscow --at 20.11.2026 --until 2027-11-20",
    ),
    "ask": ("consent ask romashka +79161234567 --purpose advertising --channel voice",),
    "refuse": ("consent refuse romashka +79161234567 --channel robot",),
    "withdraw": (
        "consent withdraw romashka +79161234567",
        "echo +79161234567 | consent withdraw romashka - --receipt receipt.txt",
    ),
    "reassign": ("consent reassign romashka +79161234567 --at 2026-11-20T00:00:00+03:00",),
    "assign": (
        "consent assign romashka 7736050003 --document contract.pdf",
        "consent assign romashka",
    ),
    "contact": (
        "consent contact romashka +79161234567 --purpose advertising --channel voice --outcome "
        "answered",
    ),
    "correct": ("consent correct romashka 41 --reason wrong_number",),
    "ready": (
        "consent ready diary",
        "consent ready diary --to fas --has name,address,passport,secrecy_consent --filing paper",
    ),
    "operator-refusal": (
        "consent operator-refusal diary +79161234567 --covers mass_calls,mailing --operator mts "
        "--evidence answer.pdf",
    ),
    "diary": (
        "consent diary diary --zone Europe/Moscow",
        'consent diary diary --one-line --from +74950000000 --at "20.11 9:42" --over robot --said '
        '"Bank: a loan at 5 %" --consent never --recording rec.m4a',
        "consent diary import diary calls.xml --note +74950000000",
    ),
    "profile": (
        'consent profile --name "Иванова Мария Петровна" --address "109000, Москва, ул. Примерная, '
        'д. 1" --email maria@example.ru',
    ),
    "letter": (
        'consent letter diary stop --to "ООО Ромашка" --out stop.pdf',
        "consent letter diary operator_detail --out detail.docx --contacts 1 2",
    ),
    "complain": (
        "consent complain diary --to fas --out complaint.zip",
        "consent complain diary --to rkn --contacts 1 2 --draft --out complaint",
    ),
    "case": (
        "consent case diary --filed-on 30.11.2026 --to fas --contacts 1 2 --zone Europe/Moscow",
        "consent case diary --of 7 --outcome opened --number 077/05/18-1/2026 --evidence a.pdf",
    ),
    "import": (
        "consent import romashka consents.csv",
        "consent import romashka stop-list.xlsx --map stop-list --zone Europe/Moscow",
    ),
    "export": (
        "consent export romashka --out events.csv",
        "consent export romashka --entries --out entries.log",
    ),
    "check": (
        "consent check romashka +79161234567 --purpose advertising --channel voice --explain",
        "consent check romashka - --purpose advertising --channel voice --json < numbers.txt",
        "consent check romashka --csv base.csv --out judged.csv --purpose advertising --channel "
        "voice",
    ),
    "history": (
        "consent history romashka +79161234567",
        "consent history romashka - --csv history.csv",
    ),
    "classify": (
        "consent classify +74951234567 --inn 7707083893",
        "consent classify --csv directory.csv --inn inn",
    ),
    "numbering": (
        "consent numbering import DEF-9xx.csv ABC-4xx.csv --out numbering.db",
        "consent numbering show +79161234567 --numbering numbering.db",
    ),
    "columns": ("consent columns base.csv",),
    "pseudonymise": ("consent pseudonymise base.csv --key names.key --out base-pseudonyms.csv",),
    "advertising": ("consent advertising --list", "consent advertising --ask --text script.txt"),
    "layout": ("consent layout Master.csv",),
    "outcomes": ("consent outcomes list", "consent outcomes map statuses.txt --map vicidial"),
    "rules": ("consent rules", "consent rules list --at 2026-07-01T12:00:00+03:00"),
    "audit": (
        "consent audit romashka Master.csv --zone Europe/Moscow --outgoing-context from-internal "
        "--report report.html --findings findings.csv",
    ),
    "prove": ("consent prove romashka --number +79161234567 --out proof.zip",),
    "verify": (
        "consent verify romashka",
        "consent verify proof.zip --key romashka.example/consent+1d606cb2+AZsfhHkc",
        "consent verify --page verify.html",
    ),
    "request": ("consent request romashka +79161234567 --kind access",),
    "answer": ("consent answer romashka +79161234567 --of 41 --outcome done",),
    "due": ("consent due romashka", "consent due romashka --csv due.csv"),
    "access": ("consent access romashka +79161234567 --out access.html --lang ru",),
    "erase": (
        "consent erase romashka +79161234567 --ground 152-fz/21-5 --dry-run",
        'consent erase romashka +79161234567 --ground 152-fz/21-5 --destroyed-by "Петров П. '
        'П., администратор"',
    ),
    "act": ("consent act romashka",),
    "hold": (
        "consent hold romashka +79161234567 --by court --until 2027-03-01 --zone Europe/Moscow",
    ),
    "evidence": (
        "consent evidence romashka 41",
        "consent evidence romashka 41 --place 1 --out call.wav",
    ),
    "checkpoint": (
        "consent checkpoint romashka",
        "consent checkpoint romashka --request 0 > romashka.request",
    ),
    "cosign": (
        "consent cosign w1 --create witness.example/w1 --trust romashka.example/consent+…",
        "consent cosign w1 romashka.request --out romashka.cosignature",
        "consent cosign w1 --listen 127.0.0.1:8080",
    ),
    "rotate": ("consent rotate romashka", "consent rotate romashka --reason compromised"),
    "backup": (
        "consent backup romashka /mnt/backup/romashka-2026-11-30",
        "consent backup romashka /mnt/keys/romashka --keys --expires 2026-12-20 --zone "
        "Europe/Moscow",
    ),
    "restore": (
        "consent restore romashka --reason disk_failure",
        "consent restore romashka --from /mnt/backup/romashka-2026-11-30",
    ),
    "rebuild": ("consent rebuild romashka",),
    "completion": ("consent completion bash > ~/.local/share/bash-completion/completions/consent",),
    "help": ("consent help give", "consent help dates"),
}


def examples(name: str, lang: Lang) -> str | None:
    """What stands below a command's help; None where it has no examples."""
    if name not in EXAMPLES:
        return None
    title = in_language(Message("Examples:"), lang)
    return "\n".join([title, *(f"  {line}" for line in EXAMPLES[name])])
