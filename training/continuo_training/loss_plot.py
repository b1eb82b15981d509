"""The course of a run as a picture (SVG, no other packages) and as a page of text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 320, 64, 40, 16, 16
TICKS = 5


def read_log(run: Path) -> list[dict[str, Any]]:
    """The evaluations of a run. ValueError when there is none."""
    path = run / "log.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not lines:
        raise ValueError(f"{run} holds no log of evaluations: is it the folder of a run?")
    return [json.loads(line) for line in lines]


def loss_plot(history: list[dict[str, Any]], counted: str = "ids", judged: str = "note") -> str:
    """Bits per note against ids learned from, as SVG. The first evaluation, of the untrained net, sets no scale. `counted`,
    `judged`: other units of the log."""
    shown = history[1:] or history
    xs, ys = [entry["tokens"] / 1e6 for entry in shown], [entry["bitsPerEvent"] for entry in shown]
    low, high, most = min(ys), max(ys), max(xs) or 1.0
    span = (high - low) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + x / most * (WIDTH - LEFT - RIGHT)
        return round(across, 1), round(TOP + (high - y) / span * (HEIGHT - TOP - BOTTOM), 1)

    marks = []
    for index in range(TICKS):
        y = low + span * index / (TICKS - 1)
        x = most * index / (TICKS - 1)
        marks.append(f'<text x="{LEFT - 8}" y="{place(0, y)[1] + 4}" text-anchor="end">{y:.2f}</text>')
        marks.append(f'<text x="{place(x, low)[0]}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:.1f}</text>')
    points = " ".join(f"{x},{y}" for x, y in map(place, xs, ys))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        + "\n".join(marks)
        + f'\n<polyline points="{points}" fill="none" stroke="#1f5fa8" stroke-width="2"/>\n'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">million {counted}</text>\n'
        f'<text x="{LEFT}" y="{TOP}" text-anchor="start">bits per {judged}, held-out songs</text>\n</svg>\n'
    )


def report_text(name: str, figures: dict[str, Any], history: list[dict[str, Any]], counted: str = "ids", judged: str = "note") -> str:
    """A page in Markdown: shape, what it saw, losses, bits by kind. `counted`, `judged`: other units of the log."""
    trained, untrained, progress = figures["trained"], figures["untrained"], figures["progress"]
    shape = ", ".join(f"{key} {value}" for key, value in figures["configuration"].items() if isinstance(value, int))
    rows = [
        ("untrained", untrained["natsPerToken"], untrained["perplexity"], untrained["bitsPerEvent"]),
        ("trained", trained["natsPerToken"], trained["perplexity"], trained["bitsPerEvent"]),
    ]
    table = "\n".join(f"| {who} | {nats:.3f} | {perplexity:.2f} | {bits:.2f} |" for who, nats, perplexity, bits in rows)
    course = "\n".join(f"| {entry['seconds'] / 60:.0f} | {entry['tokens'] / 1e6:.2f} | {entry['bitsPerEvent']:.3f} |" for entry in history)
    kinds = ", ".join(f"{kind} {bits:.2f}" for kind, bits in trained["bits"].items())
    return (
        f"# {name}\n\n{figures['family']}, {figures['parameters'] / 1e6:.1f} million parameters: {shape}.\n"
        f"{progress['tokens'] / 1e6:.2f} million {counted} in {progress['steps']} steps and {progress['seconds'] / 60:.0f} minutes.\n\n"
        f"| | nats per id | perplexity | bits per note |\n|---|---|---|---|\n{table}\n\nBits per id of each kind: {kinds}.\n\n"
        f"![loss](loss.svg)\n\n| minutes | million {counted} | bits per {judged} |\n|---|---|---|\n{course}\n"
    )
