"""Loads an image into a host's Docker: the archive goes through SSH into `docker load`, which unpacks it while the rest is on its way.

Arguments: archive, a file on the operator's computer that `docker load` reads. Changed, always; skipped in check mode.
"""
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _VALID_ARGS = frozenset(("archive",))

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        if self._task.check_mode:
            return {**result, "skipped": True}
        archive = self._task.args["archive"]
        try:
            with open(archive, "rb") as file:
                content = file.read()
        except OSError as error:
            return {**result, "failed": True, "msg": f"{archive}: {error.strerror}"}
        # A load that fails early reads the rest: Ansible would take a closed pipe for a host that is lost.
        command = "docker load --quiet || { code=$?; cat >/dev/null; exit $code; }"
        loaded = self._low_level_execute_command(command, in_data=content)
        if loaded["rc"] != 0:
            return {**result, "failed": True, "msg": f"docker load: {loaded['stderr'] or loaded['stdout']}".strip()}
        return {**result, "changed": True}
