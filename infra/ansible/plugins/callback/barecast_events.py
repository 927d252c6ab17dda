# Progress as JSON lines on standard output: one object per event, read by src/events.ts.
from __future__ import annotations

DOCUMENTATION = """
    name: barecast_events
    type: stdout
    short_description: One JSON object per line and event
    description: What barecast shows of a run. Results of tasks with no_log carry no message.
"""

import json
import re
import time

from ansible.plugins.callback import CallbackBase

# What says nothing: Ansible's word for a command that failed, and SSH's farewell.
NOISE = re.compile(r"non-zero return code$|Shared connection to .* closed")
EVIDENCE = ("msg", "stderr", "stdout", "module_stderr", "module_stdout", "assertion")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "barecast_events"

    def __init__(self):
        super().__init__()
        self._began = {}

    def _emit(self, **event):
        self._display.display(json.dumps(event), log_only=False)

    def _told(self, result, status):
        task = result.task
        began = self._began.get((task._uuid, result.host.get_name()), time.time())
        role = task._role.get_name() if task._role else ""
        found = result.result
        event = dict(
            event="task",
            host=result.host.get_name(),
            role=role,
            task=task.get_name().split(" : ", 1)[-1],
            status=status,
            ms=round((time.time() - began) * 1000),
        )
        if status in ("failed", "unreachable"):
            event["evidence"] = evidence_of(found)
        elif status == "changed" and found.get("changed_paths"):
            event["evidence"] = found["changed_paths"]
        self._emit(**event)

    def v2_runner_on_start(self, host, task):
        self._began[(task._uuid, host.get_name())] = time.time()
        self._emit(
            event="start",
            host=host.get_name(),
            role=task._role.get_name() if task._role else "",
            task=task.get_name().split(" : ", 1)[-1],
        )

    def v2_runner_on_ok(self, result):
        self._told(result, "changed" if result.result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._told(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        self._told(result, "unreachable")

    def v2_runner_on_skipped(self, result):
        self._told(result, "skipped")

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self._emit(event="stats", hosts=hosts)


def evidence_of(found):
    """Lines that show why a task failed; of a hidden task only that it is hidden."""
    if found.get("_ansible_no_log") or found.get("censored"):
        return ["The task's output is hidden, for it handles secrets"]
    if found.get("argument_errors"):
        return list(found["argument_errors"])
    loops = [item for item in found.get("results", []) if item.get("failed")]
    texts = [str(part[key]) for part in [found, *loops] for key in EVIDENCE if part.get(key)]
    lines = [line.rstrip() for text in texts for line in text.splitlines() if line.strip() and not NOISE.match(line)]
    return list(dict.fromkeys(lines))[:60] or ["exit code %s, and no message" % found.get("rc", "unknown")]
