#!/usr/bin/python
# One task for all folders and files of a role: each task costs half a second per host, whatever it does.
from __future__ import annotations

DOCUMENTATION = r"""
module: host_files
short_description: Makes folders and files with owner, mode and content, all in one task
description:
  - Knows check mode and diff. Files are replaced atomically. The diff of a task with secrets is hidden by C(no_log) on the task.
options:
  folders:
    description: Folders with C(path), C(mode) (octal text), C(uid), C(gid). Parents are made with mode 0755, owned by root.
    type: list
    elements: dict
    default: []
  files:
    description: Files with C(path), C(content), C(mode) (octal text), C(uid), C(gid).
    type: list
    elements: dict
    default: []
  links:
    description: Symbolic links with C(path) and C(target).
    type: list
    elements: dict
    default: []
  absent:
    description: Paths of files, links and folders (with all in them) that must not be there; of a mount point, its content.
    type: list
    elements: path
    default: []
"""

RETURN = r"""
changed_paths:
  description: What was made, changed or removed.
  type: list
  returned: always
"""

import os
import shutil
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule

OWNER = dict(uid=dict(type="int", default=0), gid=dict(type="int", default=0))


def difference(path, kind, mode, uid, gid):
    """What is not as wanted at the path, owner and mode only; '' when all is."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return "absent"
    if not kind(found.st_mode):
        raise ValueError("%s: Expected a %s, found something else. Move it away" % (path, "folder" if kind is stat.S_ISDIR else "file"))
    wanted = (mode, uid, gid)
    return "" if (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == wanted else "owner or mode"


def ensure_folder(module, path, mode, uid, gid):
    why = difference(path, stat.S_ISDIR, int(mode, 8), uid, gid)
    if why and not module.check_mode:
        os.makedirs(path, mode=0o755, exist_ok=True)
        os.chown(path, uid, gid)
        os.chmod(path, int(mode, 8))
    return why


def read(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return None


def ensure_file(module, path, content, mode, uid, gid):
    why = difference(path, stat.S_ISREG, int(mode, 8), uid, gid)
    before = read(path)
    if before != content:
        why = why or "content"
    if why and not module.check_mode:
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".barecast-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                os.fchown(file.fileno(), uid, gid)
                os.fchmod(file.fileno(), int(mode, 8))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    return why, before


def ensure_link(module, path, target):
    if os.path.islink(path) and os.readlink(path) == target:
        return False
    if not module.check_mode:
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        draft = path + ".barecast"
        os.symlink(target, draft)
        os.replace(draft, path)
    return True


def remove(path):
    if not os.path.isdir(path) or os.path.islink(path):
        os.unlink(path)
    elif os.path.ismount(path):
        # The machine's volume, or a disk of its own: its content goes, the mount stays.
        for name in os.listdir(path):
            remove(os.path.join(path, name))
    else:
        shutil.rmtree(path)


def is_there(path):
    return os.path.lexists(path) and not (os.path.ismount(path) and not os.listdir(path))


def main():
    entry = dict(path=dict(type="path", required=True), mode=dict(type="str", required=True), **OWNER)
    module = AnsibleModule(
        argument_spec=dict(
            folders=dict(type="list", elements="dict", default=[], options=entry),
            files=dict(type="list", elements="dict", default=[], options=dict(entry, content=dict(type="str", required=True))),
            links=dict(type="list", elements="dict", default=[], options=dict(path=dict(type="path", required=True), target=dict(type="str", required=True))),
            absent=dict(type="list", elements="path", default=[]),
        ),
        supports_check_mode=True,
    )
    changed, diffs = [], []
    try:
        for folder in module.params["folders"]:
            if ensure_folder(module, **folder):
                changed.append(folder["path"])
        for file in module.params["files"]:
            why, before = ensure_file(module, **file)
            if why:
                changed.append(file["path"])
                diffs.append(dict(before=before or "", after=file["content"], before_header=file["path"], after_header=file["path"]))
        for link in module.params["links"]:
            if ensure_link(module, **link):
                changed.append(link["path"])
        for path in module.params["absent"]:
            if is_there(path):
                changed.append(path)
                if not module.check_mode:
                    remove(path)
    except (OSError, ValueError) as error:
        module.fail_json(msg=str(error), changed_paths=changed)
    module.exit_json(changed=bool(changed), changed_paths=changed, diff=diffs)


if __name__ == "__main__":
    main()
