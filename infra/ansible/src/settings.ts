import path from "node:path";

import { folderOf } from "./folders";

export interface SettingsInput {
  /** `.state/<site>/ansible`: inventory, secret variables and Ansible's own files. */
  readonly folder: string;
  readonly knownHosts: string;
  /** Short: sockets of SSH's shared channels lie in it, and their paths have a limit of about 100 bytes. */
  readonly sockets: string;
}

/**
 * `ansible.cfg` of a run. Host keys are pinned, one SSH channel per host is shared by all tasks, and modules run through it without a
 * file on the host. Nothing outside the site's own folder is read or written. Pure.
 */
export const ansibleSettings = ({ folder, knownHosts, sockets }: SettingsInput): string => `[defaults]
inventory = ${path.join(folder, "inventory.json")}
roles_path = ${folderOf("roles")}
library = ${folderOf("library")}
action_plugins = ${path.join(folderOf("plugins"), "action")}
callback_plugins = ${path.join(folderOf("plugins"), "callback")}
stdout_callback = barecast_events
home = ${path.join(folder, "home")}
local_tmp = ${path.join(folder, "home", "tmp")}
remote_tmp = /tmp/.barecast-ansible
interpreter_python = /usr/bin/python3
gathering = explicit
host_key_checking = True
forks = 20
timeout = 10
retry_files_enabled = False
no_target_syslog = True
nocows = True
deprecation_warnings = True
localhost_warning = False
inject_facts_as_vars = False
[inventory]
enable_plugins = yaml
[ssh_connection]
pipelining = True
control_path_dir = ${sockets}
control_path = ${sockets}/%%h-%%p
ssh_args = -F none -o UserKnownHostsFile=${knownHosts} -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o BatchMode=yes -o ControlMaster=auto -o ControlPersist=30
scp_if_ssh = False
retries = 0
`;
